from dataclasses import replace

import pytest

from retention import Check
from retention.evaluation.all_checks import all_checks

NEWEST = Check(
    name="Newest customers",
    status="caution",
    finding="They come back less.",
    advice="Take it as high.",
    leans="high",
)
STEADY = Check(name="Customers", status="good", finding="There are enough.")
LATEST = Check(name="Latest orders", status="good", finding="As many as fitted.")
HIDDEN = Check(name="Hidden orders", status="good", finding="As many as foreseen.")


def advice(latest: str = "", hidden: str = "") -> str:
    found = all_checks(
        (replace(LATEST, leans=latest),), (replace(HIDDEN, leans=hidden),), (NEWEST, STEADY)
    )
    assert [check.name for check in found] == [
        "Latest orders",
        "Hidden orders",
        "Newest customers",
        "Customers",
    ]
    assert found[3] == STEADY
    assert found[1].advice == HIDDEN.advice
    return found[2].advice


@pytest.mark.parametrize(
    ("latest", "hidden", "words"),
    [
        ("", "", "correct no totals"),
        ("", "high", "hidden orders say the same"),
        ("", "low", "hidden orders say otherwise"),
        ("high", "low", "latest orders say the same"),
        ("low", "high", "latest orders say otherwise"),
    ],
)
def test_checks_that_only_have_a_reason_defer_to_orders_that_were_counted(latest, hidden, words):
    assert advice(latest, hidden).startswith("Take it as high. The ")
    assert words in advice(latest, hidden)


def test_without_a_count_the_reason_stands_as_it_is():
    assert all_checks((replace(LATEST, status="unknown"),), (), (NEWEST,))[-1] == NEWEST
    untested = Check(name="Backtest", status="caution", finding="Not tested.", advice="Load more.")
    assert all_checks((), (untested,), (NEWEST,)) == (untested, NEWEST)
