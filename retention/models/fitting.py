"""Maximum likelihood for both models, with the fitters of the package lifetimes.

Taken from `lifetimes`, which is archived: the `fit` method of its fitters, which checks the data,
scales time, and turns log parameters into parameters and a variance matrix into standard errors.
`_ExactFit` replaces three of its private methods. `_fit` minimises an objective with exact
derivatives, which `purchases` and `spend` supply, instead of an autograd graph.
`_compute_variance_matrix` follows the chain rule. `_compute_confidence_intervals` leaves out what
nobody reads. No prediction is taken from the package, and no other module reads its fitters.
They come from `lifetimes_package`, the one door to the package.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from retention.errors import ModelError
from retention.lifetimes_package import FitterName, fitter_class

#: An objective's value, gradient and Hessian.
Derivatives = tuple[float, np.ndarray, np.ndarray]
#: Log parameters to mean negative log-likelihood, its gradient and its Hessian.
Objective = Callable[[np.ndarray], Derivatives]
#: A covariance matrix that a frozen record can hold.
Covariance = tuple[tuple[float, ...], ...]
#: Log parameters at a minimum, the value there and the Hessian there.
Optimum = tuple[np.ndarray, float, np.ndarray]

#: The largest slope of the mean log-likelihood, by log parameter, at which a fit has converged.
GRADIENT_TOLERANCE = 1e-6

_FARTHEST = 18.0  # log parameters beyond e^18 differ in nothing a purchase history could show
_SAMPLE_ROWS = 10_000
_LONG_ROWS = 100_000  # from here on threads are worth their start
_LONGEST_STEP = 3.0  # in log parameters
_NEWTON_STEPS, _HALVINGS = 60, 12
_OPEN_SPREAD = 1.5  # in log parameters: a factor of 4.5 up or down


@dataclass(frozen=True, slots=True)
class Fit:
    """What a fit has found.

    Attributes:
        parameters: The parameters, by name.
        standard_errors: Their standard errors, by name; NaN where the data leave one open.
        mean_log_likelihood: The log-likelihood for each customer, in the units of the fitter.
        hessian: Of the mean negative log-likelihood, by the log parameters.
    """

    parameters: pd.Series
    standard_errors: pd.Series
    mean_log_likelihood: float
    hessian: np.ndarray


def fit(
    fitter: FitterName,
    objective: Callable[..., Objective],
    starts: Callable[..., list[np.ndarray]],
    data: Sequence[np.ndarray],
    *,
    weights: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> Fit:
    """Fit a model with a fitter of lifetimes, and with this module's optimiser.

    Args:
        fitter: The name of the fitter's class.
        objective: Turns the data as the fitter scales them, weights last, into an `Objective`.
        starts: Turns the same data into starting points in log parameters, best guess first.
        data: What the fitter's `fit` takes.
        weights: How many customers each row stands for; one if None.
        start: A starting point in log parameters to try before all others.

    Returns:
        The parameters, with their standard errors and the Hessian.

    Raises:
        ModelError: Nothing converged.
    """
    replaced = {"objective": staticmethod(objective), "starts": staticmethod(starts)}
    fitted: Any = type(f"Exact{fitter}", (_ExactFit, fitter_class(fitter)), replaced)()
    fitted.fit(*data, weights=weights, initial_params=start)
    return Fit(
        parameters=fitted.params_,
        standard_errors=fitted.standard_errors_,
        mean_log_likelihood=-float(fitted._negative_log_likelihood_),
        hessian=fitted._hessian_,
    )


class _ExactFit:
    """Goes before a fitter of lifetimes among its bases, and replaces the private methods."""

    objective: Callable[..., Objective]
    starts: Callable[..., list[np.ndarray]]
    # What the fitter's own `fit` sets.
    params_: pd.Series
    data: pd.DataFrame
    _hessian_: np.ndarray

    def _fit(
        self,
        arguments: tuple[np.ndarray, ...],
        initial_params: np.ndarray | None,
        *_optimiser: object,
        **_settings: object,
    ) -> Optimum:
        *data, _penalizer = arguments
        starts = self.starts(*data)
        if initial_params is not None:
            starts = [np.asarray(initial_params, dtype=float), *starts]
        stride = len(data[0]) // _SAMPLE_ROWS
        if stride > 1:
            # A sample finds the neighbourhood for a fraction of the work. The maximum itself
            # is taken over all data.
            try:
                sample = [column[::stride] for column in data]
                nearby, _, _ = minimise(self.objective(*sample), starts)
                return minimise(_in_parts(self.objective, data), [nearby])
            except ModelError:
                pass
        return minimise(_in_parts(self.objective, data), starts)

    def _compute_variance_matrix(self) -> pd.DataFrame:
        # lifetimes scales the inverse by the square of one parameter; the chain rule asks for
        # both. At an edge of the parameter space there is no normal approximation, and NaN says so.
        names = self.params_.index
        variance = np.full(self._hessian_.shape, np.nan)
        if not _on_plateau(self._hessian_):
            scale = self.params_.to_numpy()
            inverse = np.linalg.inv(self._hessian_)
            variance = inverse * np.outer(scale, scale) / self.data["weights"].sum()
        return pd.DataFrame(variance, columns=names, index=names)

    def _compute_confidence_intervals(self) -> None:
        """Nobody reads those of the fitter: ranges come from the covariance."""


def _in_parts(make: Callable[..., Objective], data: list[np.ndarray]) -> Objective:
    """Return the objective of long data, computed in one part for each processor, side by side.

    The last of the columns are the weights.
    """
    parts = os.cpu_count() or 1
    if parts == 1 or len(data[0]) < _LONG_ROWS:
        return make(*data)
    pieces = list(zip(*(np.array_split(column, parts) for column in data), strict=True))
    objectives = [make(*piece) for piece in pieces]
    shares = np.array([piece[-1].sum() for piece in pieces]) / data[-1].sum()

    def objective(point: np.ndarray) -> Derivatives:
        with ThreadPoolExecutor(parts) as pool:
            results = list(pool.map(lambda part: part(point), objectives))
        value: Any = sum(share * part[0] for share, part in zip(shares, results, strict=True))
        gradient: Any = sum(share * part[1] for share, part in zip(shares, results, strict=True))
        hessian: Any = sum(share * part[2] for share, part in zip(shares, results, strict=True))
        return value, gradient, hessian

    return objective


def on_one_thread() -> AbstractContextManager[object]:
    """Return a context in which BLAS leaves small matrices to one thread.

    A second one costs more than it brings.
    """
    limit: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limit


@cache
def _blas() -> ThreadpoolController:
    """The process's BLAS libraries, which take milliseconds to be found."""
    return ThreadpoolController()


def log_covariance(hessian: np.ndarray, customers: float) -> Covariance:
    """Return the covariance of the estimated log parameters: the inverse of their information.

    A direction that the customers leave open gets a wide but finite spread. What depends on it is
    then unsure, and what does not depend on it is not.

    Args:
        hessian: Of the mean negative log-likelihood, in log parameters.
        customers: The number of customers in that mean.

    Returns:
        A row for each log parameter.
    """
    curvatures, axes = np.linalg.eigh(hessian)
    variances = 1 / np.maximum(customers * curvatures, 1 / _OPEN_SPREAD**2)
    return tuple(map(tuple, ((axes * variances) @ axes.T).tolist()))


def by_log_parameters(
    parameters: np.ndarray, value: float, gradient: np.ndarray, hessian: np.ndarray
) -> Derivatives:
    """Turn a log-likelihood and its derivatives into an objective's, by the log parameters.

    Args:
        parameters: The parameters.
        value: The log-likelihood.
        gradient: Its derivatives by the parameters.
        hessian: Its second derivatives by the parameters.

    Returns:
        The negative value, and its gradient and Hessian by the log parameters.
    """
    by_logs = gradient * parameters
    curvature = hessian * np.outer(parameters, parameters) + np.diag(by_logs)
    return -value, -by_logs, -curvature


def total(values: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted sum of a long array.

    It avoids `@`: BLAS splits such sums over threads that wait for each other. On a busy machine
    that takes a hundred times as long as the sum.

    Args:
        values: The array.
        weights: An array of the same length.

    Returns:
        The sum.
    """
    return float(np.einsum("i,i->", values, weights))


def minimise(objective: Objective, starts: Iterable[np.ndarray]) -> Optimum:
    """Minimise a mean negative log-likelihood.

    Newton's method from the first starting point is all that most stores need. It may end on a
    plateau, where a parameter runs off to its edge. Then the other starting points are tried as
    well and the best end is taken. Where Newton's method fails, another one takes over. Convergence
    is judged by the gradient alone.

    Args:
        objective: The function and its exact derivatives, in log parameters.
        starts: Starting points, best guess first.

    Returns:
        The log parameters, the value and the Hessian there.

    Raises:
        ModelError: Nothing converged.
    """
    best: Optimum | None = None
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
            "these customers fit ever more extreme settings equally well, so that no best one "
            "could be found"
        )
    return best


def _newton(objective: Objective, point: np.ndarray) -> tuple[np.ndarray, Derivatives]:
    """Newton's method with all curvatures positive: it leads off saddles and along plateaus."""
    value, gradient, hessian = objective(point)
    for _ in range(_NEWTON_STEPS):
        if not np.isfinite(hessian).all():
            break
        at_the_end, drawn_beyond = np.abs(point) >= _FARTHEST, point * gradient < 0
        stuck = at_the_end & drawn_beyond
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
            derivatives = objective(ahead)
            # Close to the end the value has no digits left to fall by. Then the slope has to.
            even = abs(derivatives[0] - value) <= 1e-12 * (1 + abs(value))
            flatter = np.abs(derivatives[1]).max() < np.abs(gradient).max()
            if flatter if even else derivatives[0] < value:
                break
            step = step / 4
        else:
            break
        point, (value, gradient, hessian) = ahead, derivatives
    return point, (value, gradient, hessian)


def _quasi_newton(objective: Objective, point: np.ndarray) -> tuple[np.ndarray, Derivatives]:
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
