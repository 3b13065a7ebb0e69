"""The numbers that a name draws for customers."""

import numpy as np
import pandas as pd
import pytest

from retention.random_draws import customer_hashes, draws


def test_draws_are_even_and_of_two_names_unrelated():
    hashes = customer_hashes(pd.Index([f"C{n}" for n in range(40_000)]))
    one, other = draws(hashes, "Spring"), draws(hashes, "Autumn")
    assert np.histogram(one, 10, (0, 1))[0] == pytest.approx(4_000, rel=0.06)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.02
