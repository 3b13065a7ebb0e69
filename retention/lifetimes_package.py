"""The one door to the package lifetimes, which is archived: its fitters and its copy of CDNOW.

No other module imports the package or looks for its files. `models/fitting.py` takes the `fit`
method of three fitters through this door, and `samples/data_sets.py` the two files of CDNOW.
"""

from __future__ import annotations

import importlib.util
import warnings
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from retention.errors import DataError

#: The fitters of lifetimes in use.
FitterName = Literal["BetaGeoFitter", "ModifiedBetaGeoFitter", "GammaGammaFitter"]
#: The files of lifetimes in use.
CdnowFile = Literal["CDNOW_master.txt", "CDNOW_sample.txt"]


@cache
def lifetimes() -> ModuleType:
    """Import lifetimes on first use (it takes seconds) and undo what it does to warning filters.

    Returns:
        The package.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes as package
    loaded: ModuleType = package
    return loaded


def fitter_class(name: FitterName) -> type[Any]:
    """Return the class of a fitter.

    Args:
        name: Its name in lifetimes.

    Returns:
        The class.
    """
    fitter: type[Any] = getattr(lifetimes(), name)
    return fitter


def cdnow_file(name: CdnowFile) -> Path:
    """Return where a file of CDNOW lies, without importing lifetimes.

    Args:
        name: The file's name in lifetimes.

    Returns:
        Its path.

    Raises:
        DataError: The package is not installed.
    """
    spec = importlib.util.find_spec("lifetimes")
    if spec is None or not spec.submodule_search_locations:
        raise DataError("CDNOW comes with the lifetimes package, which is not installed.")
    return Path(spec.submodule_search_locations[0]) / "datasets" / name
