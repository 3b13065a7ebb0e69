"""What the project takes from lifetimes is as it was: the package is archived.

`models/fitting.py` replaces private methods of three fitters, and `samples/data_sets.py` reads two
files. Where any of this changed, numbers would change, or nothing would be replaced.
"""

import hashlib
import importlib.util
import inspect
import warnings
from importlib.metadata import version
from typing import get_args

import numpy as np
import pytest

from retention import DataError
from retention.lifetimes_package import FitterName, cdnow_file, fitter_class, lifetimes

#: The private methods that `models/fitting.py` replaces, and how lifetimes calls them.
REPLACED = {
    "_fit": "(self, minimizing_function_args, initial_params, params_size, disp, tol=1e-07, "
    "bounds=None, **kwargs)",
    "_compute_variance_matrix": "(self)",
    "_compute_confidence_intervals": "(self)",
}
CDNOW = {
    "CDNOW_master.txt": "eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef",
    "CDNOW_sample.txt": "6fae10155c0b0ba363c2c386e30f77990d22328220efd862a5edd1443420d94a",
}
HISTORIES = {
    "frequency": np.array([0, 2, 5]),
    "recency": np.array([0.0, 30.0, 80.0]),
    "T": np.array([40.0, 60.0, 100.0]),
}
SPEND = {"frequency": np.array([1, 2, 5]), "monetary_value": np.array([10.0, 20.0, 40.0])}


def test_the_last_release_is_the_one_in_use():
    assert version("lifetimes") == "0.11.3"


@pytest.mark.parametrize("name", get_args(FitterName))
@pytest.mark.parametrize("method", REPLACED)
def test_a_replaced_method_exists_with_the_arguments_it_had(name, method):
    assert str(inspect.signature(getattr(fitter_class(name), method))) == REPLACED[method]


@pytest.mark.parametrize("name", get_args(FitterName))
def test_a_fitter_takes_the_arguments_that_are_passed(name):
    data = SPEND if name == "GammaGammaFitter" else HISTORIES
    parameters = [*inspect.signature(fitter_class(name).fit).parameters]
    assert parameters[1 : 1 + len(data)] == [*data]
    assert {"weights", "initial_params"} <= {*parameters}
    assert fitter_class(name)().penalizer_coef == 0.0


def fitted_by_a_stand_in(name, data, log_parameters):
    """A fit whose `_fit` notes what it is called with, and returns these log parameters."""
    calls = []

    def stand_in(self, arguments, initial_params, *others, **settings):
        calls.append((arguments, initial_params))
        return np.array(log_parameters), 1.5, np.eye(len(log_parameters))

    fitter = type("StandIn", (fitter_class(name),), {"_fit": stand_in})()
    fitter.fit(*data.values(), weights=np.array([1.0, 2.0, 3.0]), initial_params="a start")
    [(arguments, start)] = calls
    assert start == "a start"
    return fitter, arguments


@pytest.mark.parametrize("name", ["BetaGeoFitter", "ModifiedBetaGeoFitter"])
def test_a_purchase_fit_scales_time_by_the_longest_history_and_takes_it_back(name):
    fitter, arguments = fitted_by_a_stand_in(name, HISTORIES, [0.0, 0.1, 0.2, 0.3])
    frequency, recency, age, weights, penalizer = arguments
    assert frequency.tolist() == [0, 2, 5]
    assert recency == pytest.approx([0.0, 0.3, 0.8])
    assert age == pytest.approx([0.4, 0.6, 1.0])
    assert weights.tolist() == [1, 2, 3]
    assert penalizer == 0.0
    assert fitter.params_.index.tolist() == ["r", "alpha", "a", "b"]
    assert fitter.params_.tolist() == pytest.approx(
        [1.0, 100 * np.exp(0.1), np.exp(0.2), np.exp(0.3)]
    )
    assert fitter._negative_log_likelihood_ == 1.5
    assert fitter._hessian_.tolist() == np.eye(4).tolist()
    assert fitter.data["weights"].tolist() == [1, 2, 3]


def test_a_spend_fit_takes_values_as_they_are():
    fitter, arguments = fitted_by_a_stand_in("GammaGammaFitter", SPEND, [0.0, 0.1, 0.2])
    frequency, value, weights, penalizer = arguments
    assert frequency.tolist() == [1, 2, 5]
    assert value.tolist() == [10, 20, 40]
    assert weights.tolist() == [1, 2, 3]
    assert penalizer == 0.0
    assert fitter.params_.index.tolist() == ["p", "q", "v"]
    assert fitter.params_.tolist() == pytest.approx([1.0, np.exp(0.1), np.exp(0.2)])
    assert fitter.data["weights"].tolist() == [1, 2, 3]


def test_standard_errors_are_the_roots_of_the_replaced_variances(monkeypatch):
    name: FitterName = "GammaGammaFitter"
    variances = fitter_class(name)._compute_variance_matrix
    monkeypatch.setattr(
        fitter_class(name), "_compute_variance_matrix", lambda self: 4 * variances(self) ** 0
    )
    fitter, _ = fitted_by_a_stand_in(name, SPEND, [0.0, 0.1, 0.2])
    assert fitter.standard_errors_.tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize("name", CDNOW)
def test_cdnow_is_the_published_file_to_the_byte(name):
    assert hashlib.sha256(cdnow_file(name).read_bytes()).hexdigest() == CDNOW[name]


def test_cdnow_without_the_package_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match="comes with the lifetimes package, which is not installed"):
        cdnow_file("CDNOW_sample.txt")


def test_importing_lifetimes_leaves_warnings_alone():
    lifetimes.cache_clear()
    before = list(warnings.filters)
    lifetimes()
    assert warnings.filters == before
