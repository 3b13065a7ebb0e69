import dataclasses

import pandas as pd
import pytest

from retention import Check, ModelError, fit_cltv
from retention.models.checks import check_enough_customers, model_checks
from retention.models.purchases import PurchaseModel
from retention.models.spend import GammaGamma, StoreAverage
from tests.support.histories import cdnow, handmade

SOUND = PurchaseModel("bg_nbd", 0.25, 30.0, 0.8, 2.4, -1.0, (0.05, 0.09, 0.2, 0.3))
SPEND = GammaGamma(mean=35.0, customers=900, p=6.0, q=3.7, v=15.0, log_likelihood=-1.0)


def check(
    name: str, customers: pd.DataFrame | None = None, purchases=SOUND, spend=SPEND, companion=SOUND
) -> Check:
    customers = cdnow() if customers is None else customers
    found = {entry.name: entry for entry in model_checks(customers, purchases, spend, companion)}
    return found[name]


def test_cdnow_is_good_in_every_respect():
    for entry in fit_cltv(cdnow()).checks:
        assert (entry.status, entry.advice) == ("good", ""), entry


@pytest.mark.parametrize(
    ("number", "status"), [(29, "bad"), (30, "caution"), (499, "caution"), (500, "good")]
)
def test_number_of_customers(number, status):
    entry = check("Customers", cdnow().head(number))
    assert entry.status == status
    assert f"{number:,} customers" in entry.finding
    assert bool(entry.advice) == (status != "good")


@pytest.mark.parametrize(("days", "status"), [(179, "caution"), (180, "good")])
def test_length_of_history(days, status):
    entry = check("History", cdnow().assign(T=days))
    assert entry.status == status
    assert f"{days} days" in entry.finding


@pytest.mark.parametrize(
    ("repeaters", "status"), [(9, "bad"), (10, "caution"), (99, "caution"), (100, "good")]
)
def test_repeat_customers(repeaters, status):
    customers = handmade([(1, 5, 200, 9.0)] * repeaters + [(0, 0, 200, 0.0)] * 500)
    assert check("Repeat customers", customers).status == status


def test_nobody_with_a_third_purchase():
    assert check("Third purchases", handmade([(1, 5, 200, 9.0)] * 40)).status == "caution"
    assert check("Third purchases").status == "good"


def test_nearly_only_one_time_buyers():
    customers = handmade([(0, 0, 200, 0.0)] * 97 + [(2, 9, 200, 5.0)] * 3)
    entry = check("One-time buyers", customers)
    assert (entry.status, "97.0%" in entry.finding) == ("caution", True)


def test_an_uncertain_parameter_is_named_with_its_error():
    entry = check("Fit", purchases=dataclasses.replace(SOUND, relative_errors=(0.1, 0.1, 0.2, 0.8)))
    assert entry.status == "caution"
    assert "b = 2.4" in entry.finding
    assert "80%" in entry.finding


def test_a_hopeless_parameter_has_no_number():
    entry = check(
        "Fit", purchases=dataclasses.replace(SOUND, relative_errors=(0.1, 0.1, 0.2, 1950.8))
    )
    assert entry.status == "caution"
    assert "hardly pin down one parameter of the model, b" in entry.finding
    assert "%" not in entry.finding


def test_a_flat_likelihood_is_said_to_be_flat():
    entry = check("Fit", purchases=dataclasses.replace(SOUND, relative_errors=(float("nan"),) * 4))
    assert (entry.status, "plateau" in entry.finding) == ("caution", True)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"a": 1e-7}, "practically no customer leave"),
        ({"b": 0.001}, "edge"),
        ({"a": 400.0}, "edge"),
        ({"r": 5e6}, "differ in how often they buy: all are taken to be alike"),
        ({"a": 2e6, "b": 5e6}, "how likely they are to leave"),
    ],
)
def test_parameters_at_their_edges(parameters, words):
    edge = dataclasses.replace(SOUND, **parameters)
    entry = check("Parameters", purchases=edge, companion=edge)
    assert entry.status == "caution"
    assert words in entry.finding
    assert "e+" not in entry.finding
    assert "e-" not in entry.finding
    assert "one-time" not in entry.finding
    entry = check("Parameters", companion=edge)
    assert (entry.status, "one-time buyers" in entry.finding) == ("caution", True)


def test_a_store_average_is_flagged_with_its_reason():
    spend = StoreAverage(
        mean=20.0, customers=12, reason="Only 12 customers have paid on a second day."
    )
    entry = check("Spend model", spend=spend)
    assert entry.status == "caution"
    assert entry.finding.startswith(spend.reason)
    assert "20.00 for one-time buyers" in entry.finding
    assert check("Spend model", spend=dataclasses.replace(spend, customers=0)).status == "bad"


def test_spend_that_moves_with_frequency():
    customers = handmade([(x, 90, 200, 10.0 * x) for x in range(1, 11)] * 5)
    entry = check("Spend and frequency", customers)
    assert entry.status == "caution"
    assert "spend more an order" in entry.finding
    assert "(correlation 1.00)" in entry.finding
    falling = customers.assign(monetary_value=200.0 - customers["monetary_value"])
    assert "spend less" in check("Spend and frequency", falling).finding
    assert check("Spend and frequency", handmade([(1, 5, 9, 3.0)] * 9)).status == "unknown"


def test_the_effect_of_spend_that_moves_with_frequency_is_measured():
    """Frequent buyers of 100 an order in a population of 35."""
    customers = handmade([(10, 90, 200, 100.0)] * 20 + [(1, 50, 200, 20.0)] * 20)
    expected = SPEND.expected_order_value(customers["frequency"], customers["monetary_value"])
    effect = (customers["frequency"] @ expected) / (
        customers["frequency"] @ customers["monetary_value"]
    ) - 1
    assert effect < -0.01
    assert f"priced {-effect:.0%} too low" in check("Spend and frequency", customers).finding


def intakes(newest: int, others: int) -> pd.DataFrame:
    """400 customers of 100 days and 400 of 400 days; repeat purchases for every ten of each."""

    def rows(total: int, age: int) -> list[tuple[int, int, int, float]]:
        counts = [total // 10 + (place < total % 10) for place in range(10)] * 40
        return [(x, age // 2 if x else 0, age, 20.0 if x else 0.0) for x in counts]

    return handmade(rows(newest, 100) + rows(others, 400))


def test_newest_customers_who_come_back_as_expected_are_no_doubt():
    expected = SOUND.expected_purchases_of_new([100.0, 400.0])
    entry = check("Newest customers", intakes(*(round(10 * x) for x in expected)))
    assert (entry.status, "last 100 days" in entry.finding) == ("good", True)


@pytest.mark.parametrize(
    ("factor", "word", "forecast"), [(0.4, "less", "high"), (2.0, "more", "low")]
)
def test_newest_customers_who_differ_from_the_others(factor, word, forecast):
    newest, others = SOUND.expected_purchases_of_new([100.0, 400.0])
    entry = check("Newest customers", intakes(round(10 * factor * newest), round(10 * others)))
    assert entry.status == "caution"
    assert f"{word} often than the model has it" in entry.finding
    assert f"as {forecast}" in entry.advice


def test_newest_customers_with_too_little_time_are_not_judged():
    customers = handmade([(0, 0, 1, 0.0)] * 50 + [(1, 100, 200, 10.0)] * 100)
    assert "too little time" in check("Newest customers", customers).finding


def test_a_near_one_is_no_doubt_but_worth_a_word():
    entry = check("Parameters", purchases=dataclasses.replace(SOUND, a=1.005))
    assert (entry.status, "textbook formula" in entry.finding) == ("good", True)
    assert "textbook" not in check("Parameters").finding


def test_a_panel_of_shoppers_raises_no_alarm():
    """All came in the first weeks, nearly all came back, and nobody leaves."""
    rows = [(8, 330, 350 + day % 10, 20.0) for day in range(190)] + [(0, 0, 355, 0.0)] * 10
    staying = dataclasses.replace(SOUND, a=1e-5)
    parameters = check("Parameters", handmade(rows), purchases=staying, companion=staying)
    assert (parameters.status, parameters.advice, parameters.leans) == ("good", "", "")
    assert "fixed panel" in parameters.finding
    newest = check("Newest customers", handmade(rows), purchases=staying, companion=staying)
    assert (newest.status, "none are new" in newest.finding) == ("good", True)


def test_nobody_leaving_is_a_doubt_where_many_bought_once():
    rows = [(8, 330, 350, 20.0)] * 100 + [(0, 0, 355, 0.0)] * 100
    staying = dataclasses.replace(SOUND, a=1e-5)
    entry = check("Parameters", handmade(rows), purchases=staying, companion=staying)
    assert (entry.status, entry.leans) == ("caution", "high")


@pytest.mark.parametrize(("customers", "repeaters"), [(29, 20), (100, 9)])
def test_too_few_customers_for_a_forecast_are_refused(customers, repeaters):
    rows = [(1, 5, 200, 9.0)] * repeaters + [(0, 0, 200, 0.0)] * (customers - repeaters)
    with pytest.raises(ModelError, match=f"{customers} customers, of whom {repeaters} bought"):
        check_enough_customers(handmade(rows))
    check_enough_customers(handmade([(1, 5, 200, 9.0)] * 10 + [(0, 0, 200, 0.0)] * 20))
