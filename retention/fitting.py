"""Maximum likelihood for the fitters of lifetimes, with exact derivatives instead of an autograd graph."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import cache
from types import ModuleType

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from retention.errors import ModelError

#: Log parameters to mean negative log-likelihood, its gradient and its Hessian.
Objective = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]

#: The largest slope of the mean log-likelihood, by log parameter, at which a fit counts as converged.
GRADIENT_TOLERANCE = 1e-6

_FARTHEST = 18.0  # log parameters beyond e^18 differ in nothing a purchase history could show


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
        objective = self._objective(*data)
        starts = self._starts(*data)
        if initial_params is not None:
            starts = [np.asarray(initial_params, dtype=float), *starts]
        return minimise(objective, starts)

    def _compute_variance_matrix(self) -> pd.DataFrame:
        # lifetimes scales the inverse by the square of one parameter; the chain rule asks for both. At an
        # edge of the parameter space there is no normal approximation, and NaN says so.
        names = self.params_.index
        variance = np.full(self._hessian_.shape, np.nan)
        if _positive_definite(self._hessian_):
            scale = self.params_.to_numpy()
            variance = np.linalg.inv(self._hessian_) * np.outer(scale, scale) / self.data["weights"].sum()
        return pd.DataFrame(variance, columns=names, index=names)


def minimise(objective: Objective, starts: Iterable[np.ndarray]) -> tuple[np.ndarray, float, np.ndarray]:
    """Minimise a mean negative log-likelihood from the first starting point and method that get there.

    Convergence is judged by the gradient alone: scipy's flag calls good optima failures and the reverse.

    Args:
        objective: The function and its exact derivatives, in log parameters.
        starts: Starting points, best guess first.

    Returns:
        The log parameters, the value and the Hessian there.

    Raises:
        ModelError: Nothing converged.
    """
    latest = None

    def at(point: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        nonlocal latest
        if latest is None or not np.array_equal(latest[0], point):
            inside = np.abs(point).max() <= _FARTHEST
            size = len(point)
            found = objective(point) if inside else (np.inf, np.zeros(size), np.eye(size))
            latest = (point.copy(), found)
        return latest[1]

    slopes = []
    for start in starts:
        for method in ("trust-exact", "L-BFGS-B"):
            point = _run(at, np.clip(start, -_FARTHEST, _FARTHEST), method)
            value, gradient, hessian = at(point)
            slopes.append(np.abs(gradient).max())
            if np.isfinite(value) and slopes[-1] <= GRADIENT_TOLERANCE:
                return point, float(value), hessian
    raise ModelError(
        f"the likelihood has no maximum that could be found (steepest slope left: {min(slopes):.2g})"
    )


def _run(at: Objective, start: np.ndarray, method: str) -> np.ndarray:
    if method == "trust-exact":
        settings = {
            "hess": lambda point: at(point)[2],
            "options": {"gtol": GRADIENT_TOLERANCE / 10, "maxiter": 100, "max_trust_radius": 4.0},
        }
    else:
        settings = {
            "bounds": [(-_FARTHEST, _FARTHEST)] * len(start),
            "options": {"gtol": 1e-9, "ftol": 1e-15},
        }
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = minimize(
            lambda point: at(point)[0], start, jac=lambda point: at(point)[1], method=method, **settings
        )
    point = result.x
    # One Newton step more costs one evaluation and makes the last digits independent of the way there.
    _, gradient, hessian = at(point)
    if _positive_definite(hessian):
        step = point - np.linalg.solve(hessian, gradient)
        if np.abs(step - point).max() < 0.01 and np.abs(at(step)[1]).max() < np.abs(gradient).max():
            point = step
    return point


def _positive_definite(matrix: np.ndarray) -> bool:
    if not np.isfinite(matrix).all():
        return False
    smallest, *_, largest = np.linalg.eigvalsh(matrix)
    return bool(smallest > 1e-12 * largest)
