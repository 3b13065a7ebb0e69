"""Maximum likelihood for the fitters of lifetimes, with exact derivatives instead of an autograd graph."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import ModuleType

import numpy as np
import pandas as pd

from retention.errors import ModelError

#: Log parameters to mean negative log-likelihood, its gradient and its Hessian.
Objective = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]

#: The largest slope of the mean log-likelihood, by log parameter, at which a fit counts as converged.
GRADIENT_TOLERANCE = 1e-6

_FARTHEST = 18.0  # log parameters beyond e^18 differ in nothing a purchase history could show
_SAMPLE = 10_000  # rows
_LONG = 100_000  # rows from which threads are worth their start
_LONGEST_STEP = 3.0  # in log parameters
_NEWTON_STEPS, _HALVINGS = 60, 12
_OPEN_SPREAD = 1.5  # in log parameters: a factor of 4.5 up or down


@cache
def lifetimes() -> ModuleType:
    """Import lifetimes on first use (it takes seconds) and undo what it does to the warning filters."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes
    return lifetimes


class ExactFit:
    """Mixed into a fitter of lifetimes: `fit` keeps its interface and results, the optimiser is ours.

    A subclass supplies `_objective`, which turns lifetimes' fitting arguments (without the penalizer, which
    is not supported) into an `Objective`, and `_starts`, starting points in log parameters.
    """

    def _fit(self, arguments, initial_params, params_size, disp, tol=None, bounds=None, **options):
        *data, penalizer = arguments
        if penalizer:
            raise ModelError("A penalizer is not supported: it changes the model. Fit without one.")
        starts = self._starts(*data)
        if initial_params is not None:
            starts = [np.asarray(initial_params, dtype=float), *starts]
        stride = len(data[0]) // _SAMPLE
        if stride > 1:
            # A sample finds the neighbourhood for a fraction of the work; the maximum is that of all data.
            try:
                nearby, _, _ = minimise(
                    self._objective(*(column[::stride] for column in data)), starts
                )
                return minimise(_in_parts(self._objective, data), [nearby])
            except ModelError:
                pass
        return minimise(_in_parts(self._objective, data), starts)

    def _compute_variance_matrix(self) -> pd.DataFrame:
        # lifetimes scales the inverse by the square of one parameter; the chain rule asks for both. At an
        # edge of the parameter space there is no normal approximation, and NaN says so.
        names = self.params_.index
        variance = np.full(self._hessian_.shape, np.nan)
        if not _on_plateau(self._hessian_):
            scale = self.params_.to_numpy()
            variance = (
                np.linalg.inv(self._hessian_) * np.outer(scale, scale) / self.data["weights"].sum()
            )
        return pd.DataFrame(variance, columns=names, index=names)


def _in_parts(make: Callable[..., Objective], data: list[np.ndarray]) -> Objective:
    """Return the objective of long data, computed in as many parts as there are processors, side by side.

    The last of the columns are the weights.
    """
    parts = os.cpu_count() or 1
    if parts == 1 or len(data[0]) < _LONG:
        return make(*data)
    pieces = list(zip(*(np.array_split(column, parts) for column in data), strict=True))
    objectives = [make(*piece) for piece in pieces]
    shares = np.array([piece[-1].sum() for piece in pieces]) / data[-1].sum()

    def objective(point: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        with ThreadPoolExecutor(parts) as pool:
            found = list(pool.map(lambda part: part(point), objectives))
        value, gradient, hessian = (
            sum(share * result[i] for share, result in zip(shares, found, strict=True))
            for i in range(3)
        )
        return value, gradient, hessian

    return objective


def log_covariance(hessian: np.ndarray, customers: float) -> tuple[tuple[float, ...], ...]:
    """Return the covariance of the estimated log parameters: the inverse of the information in the customers.

    A direction that the customers leave open gets a wide but finite spread, so that what does depend on it is
    seen to be unsure and what does not is not.

    Args:
        hessian: Of the mean negative log-likelihood, in log parameters.
        customers: How many it is the mean of.
    """
    curvatures, axes = np.linalg.eigh(hessian)
    variances = 1 / np.maximum(customers * curvatures, 1 / _OPEN_SPREAD**2)
    return tuple(map(tuple, ((axes * variances) @ axes.T).tolist()))


def total(values: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted sum of a long array.

    Not by `@`: BLAS splits such sums over threads that wait for each other, which on a busy machine takes a
    hundred times as long as the sum.
    """
    return float(np.einsum("i,i->", values, weights))


def minimise(
    objective: Objective, starts: Iterable[np.ndarray]
) -> tuple[np.ndarray, float, np.ndarray]:
    """Minimise a mean negative log-likelihood.

    Newton's method from the first starting point is all that most stores need. Where it ends on a plateau
    (a parameter runs off to its edge) the other starting points are tried as well and the best end is taken;
    where it fails, another method takes over. Convergence is judged by the gradient alone.

    Args:
        objective: The function and its exact derivatives, in log parameters.
        starts: Starting points, best guess first.

    Returns:
        The log parameters, the value and the Hessian there.

    Raises:
        ModelError: Nothing converged.
    """
    best = None
    for start in starts:
        for method in (_newton, _quasi_newton):
            point, (value, gradient, hessian) = method(
                objective, np.clip(start, -_FARTHEST, _FARTHEST)
            )
            if not (np.isfinite(value) and np.abs(gradient).max() <= GRADIENT_TOLERANCE):
                continue
            if best is None or value < best[1]:
                best = point, float(value), hessian
            if not _on_plateau(hessian):
                return best
            break
    if best is None:
        raise ModelError(
            "these customers fit ever more extreme settings equally well, so that no best one could be found"
        )
    return best


def _newton(objective: Objective, point: np.ndarray) -> tuple[np.ndarray, tuple]:
    """Newton's method with the curvatures taken as positive, which leads off saddles and along plateaus."""
    value, gradient, hessian = objective(point)
    for _ in range(_NEWTON_STEPS):
        if not np.isfinite(hessian).all():
            break
        stuck = (np.abs(point) >= _FARTHEST) & (
            point * gradient < 0
        )  # at the far end and drawn beyond
        slope = np.where(stuck, 0.0, gradient)
        # At a maximum proper the last digits cost one step more; on a plateau they mean nothing.
        if np.abs(slope).max() <= GRADIENT_TOLERANCE / (10 if _on_plateau(hessian) else 1000):
            break
        curvatures, axes = np.linalg.eigh(
            np.where(stuck[:, None] | stuck, np.diag(stuck * 1.0), hessian)
        )
        step = -axes @ (axes.T @ slope / np.maximum(np.abs(curvatures), 1e-12))
        step *= min(1.0, _LONGEST_STEP / np.abs(step).max())
        for _ in range(_HALVINGS):
            ahead = np.clip(point + step, -_FARTHEST, _FARTHEST)
            found = objective(ahead)
            # Close to the end the value has no digits left to fall by; then the slope has to.
            even = abs(found[0] - value) <= 1e-12 * (1 + abs(value))
            if np.abs(found[1]).max() < np.abs(gradient).max() if even else found[0] < value:
                break
            step = step / 4
        else:
            break
        point, (value, gradient, hessian) = ahead, found
    return point, (value, gradient, hessian)


def _quasi_newton(objective: Objective, point: np.ndarray) -> tuple[np.ndarray, tuple]:
    from scipy.optimize import minimize  # loads 0.1 s of optimisers

    result = minimize(
        lambda at: objective(at)[:2],
        point,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_FARTHEST, _FARTHEST)] * len(point),
        options={"gtol": GRADIENT_TOLERANCE / 10, "ftol": 0.0, "maxiter": 300},
    )
    return result.x, objective(result.x)


def _on_plateau(hessian: np.ndarray) -> bool:
    """Whether some direction is so flat, next to the steepest, that the data leave it open."""
    if not np.isfinite(hessian).all():
        return True
    curvatures = np.linalg.eigvalsh(hessian)
    return bool(curvatures[0] < 1e-6 * curvatures[-1])
