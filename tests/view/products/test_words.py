"""What the page of products says."""

import pandas as pd
import pytest

from retention.view.products.words import recall_sentence


def table_of(one: float, three: float) -> pd.DataFrame:
    """Recalls of `next_products_backtest`, by how far likely products are beyond best sellers."""
    rows = [
        {
            "method": method,
            "named": named,
            "recall": 0.5 + (beyond if method == "likely next" else 0),
            "beyond_best_low": beyond - 0.02,
            "beyond_best_high": beyond + 0.02,
        }
        for named, beyond in ((1, one), (3, three))
        for method in ("likely next", "best sellers")
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("one", "three", "said"),
    [
        (
            -0.09,
            0.0,
            "One product named is right for 41% of customers, the best seller for 50%, so",
        ),
        (0.05, 0.05, "The same is true of one product named."),
        (-0.09, 0.05, "so the best sellers are the better list here."),
    ],
)
def test_one_product_named_is_judged_as_three_are(one, three, said):
    assert said in recall_sentence(table_of(one, three))
