"""The fitted model in sentences, with what cannot be said left unsaid."""

from types import SimpleNamespace

import pytest

from retention.models.spend import GammaGamma, StoreAverage
from retention.view.value import model_words

SPEND = GammaGamma(mean=35.22, customers=946, p=6.25, q=3.74, v=15.44, log_likelihood=-4055.92)


def model(**changes):
    found = {
        "r": 0.2426,
        "alpha": 30.9,
        "a": 0.7929,
        "b": 2.4259,
        "log_likelihood": -9582.43,
        "spend": SPEND,
    }
    found |= {"purchase_model": "bg_nbd"}
    found |= {name: getattr(SPEND, name) for name in ("p", "q", "v")} | {
        "spend_log_likelihood": SPEND.log_likelihood
    }
    return SimpleNamespace(**(found | changes))


def sentences(**changes):
    return [point.sentence for point in model_words.describe(model(**changes), "USD")]


def test_cdnow_reads_as_published():
    rhythm, leaving, spend = sentences()
    assert (
        "the typical customer would order once in 25 months: half order more often, half less"
        in rhythm
    )
    assert "lift the average to 2.9 orders a customer and year" in rhythm
    assert leaving.startswith("After each repeat order, 1 in 4 customers never returns.")
    assert "$35.22" in spend


def test_a_share_without_a_small_whole_number_is_a_percentage():
    assert sentences(a=2.0, b=1.0)[1] == "After each repeat order, 67% of customers never return."


def test_a_u_shaped_beta_says_that_customers_differ():
    assert "some leave at once" in sentences(a=0.3, b=0.8)[1]


def test_a_rate_too_low_for_a_median_says_no_median():
    words = sentences(r=1e-4)[0]
    assert "half" not in words
    assert "less than one order in twenty years" in words


@pytest.mark.parametrize("r", [500.0, 2.8e6])
def test_customers_much_alike_have_one_rhythm(r):
    assert (
        sentences(r=r, alpha=r * 50)[0]
        == "While active, your customers order about once in 50 days."
    )


def test_nobody_leaving_is_said_in_words():
    assert sentences(a=1e-7)[1].startswith("After a repeat order practically nobody stops for good")
    assert sentences(a=1e-7, purchase_model="mbg_nbd")[1].startswith(
        "After an order practically nobody stops"
    )


def test_each_model_says_after_which_orders_customers_leave():
    usual, modified = (
        model_words.describe(model(purchase_model=kind), None)[1] for kind in ("bg_nbd", "mbg_nbd")
    )
    assert usual.sentence.startswith("After each repeat order, 1 in 4 customers never returns.")
    assert modified.sentence.startswith(
        "After each order, the first too, 1 in 4 customers never returns."
    )
    assert "cannot see whether a one-time buyer has left" in usual.caveat
    assert "one-time buyer" not in modified.caveat
    assert "be it the first or a later one" in modified.caveat


def test_the_store_average_gives_its_reason():
    spend = StoreAverage(mean=20.0, customers=4, reason="Only 4 repeat customers spent anything.")
    point = model_words.describe(model(spend=spend), "EUR")[2]
    assert "€20.00" in point.sentence
    assert point.caveat.startswith("Only 4 repeat customers")


def test_parameters_leave_out_what_was_not_fitted():
    whole = model_words.parameters(model())
    part = model_words.parameters(model(p=None, q=None, v=None, spend_log_likelihood=None))
    assert whole["Parameter"].tolist()[:7] == ["r", "alpha", "a", "b", "p", "q", "v"]
    assert part["Parameter"].tolist() == ["r", "alpha", "a", "b", "log-likelihood, orders"]
    assert part["Value"].notna().all()


@pytest.mark.parametrize(
    ("share", "words"), [(0.5, "1 in 2"), (1 / 3, "1 in 3"), (0.4, "40%"), (0.0, "0%")]
)
def test_one_in(share, words):
    assert model_words.one_in(share) == words
