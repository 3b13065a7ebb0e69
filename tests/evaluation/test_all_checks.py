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


def together(latest: str = "", hidden: str = "") -> tuple[Check, ...]:
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
    return found


@pytest.mark.parametrize(
    ("latest", "hidden", "counted"), [("", "high", "hidden orders"), ("high", "", "latest orders")]
)
def test_a_reason_that_counted_orders_confirm_stands(latest, hidden, counted):
    newest = together(latest, hidden)[2]
    assert newest.status == "caution"
    assert newest.advice.startswith(f"Take it as high. The {counted} say the same: correct")


@pytest.mark.parametrize(
    ("latest", "hidden", "words"),
    [
        ("", "", "Correct no totals for it"),
        ("", "low", "The hidden orders say otherwise"),
        ("low", "high", "The latest orders say otherwise"),
    ],
)
def test_a_reason_that_counted_orders_do_not_confirm_is_no_doubt_yet(latest, hidden, words):
    newest = together(latest, hidden)[2]
    assert newest.status == "unknown"
    assert words in newest.advice
    assert "high" not in newest.advice


def test_of_two_counts_that_disagree_the_newer_one_advises():
    latest, hidden, *_ = together("low", "high")
    assert latest.advice == LATEST.advice
    assert hidden.advice.startswith("The latest orders say otherwise and are newer")


def test_without_a_count_the_reason_stands_as_it_is():
    assert all_checks((replace(LATEST, status="unknown"),), (), (NEWEST,))[-1] == NEWEST
    untested = Check(name="Backtest", status="caution", finding="Not tested.", advice="Load more.")
    assert all_checks((), (untested,), (NEWEST,)) == (untested, NEWEST)
