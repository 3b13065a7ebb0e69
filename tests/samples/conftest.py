"""The sample store, made once for all tests of it."""

import pandas as pd
import pytest

from retention import sample_file
from tests.support.sample_store import KEPT, read_store


@pytest.fixture(scope="session")
def store() -> pd.DataFrame:
    return read_store(sample_file("store"))


@pytest.fixture(scope="session")
def kept(store) -> pd.DataFrame:
    return store[store["Status"].isin(KEPT) & (store["Customer e-mail"] != "")]
