"""The terms of the glossary. A definition that a hover shows too is taken from there."""

from dataclasses import dataclass

from retention.history.metrics import METRICS
from retention.segments.definitions import describe_rules
from retention.segments.labels import STAGE_LABELS, TRAIT_LABELS
from retention.segments.rules import SegmentRules
from retention.view import text
from retention.view.campaigns.words import DEFINITIONS as CAMPAIGN
from retention.view.cohorts.cards import DEFINITIONS as COHORT
from retention.view.movement.words import DEFINITIONS as MOVE
from retention.view.products.words import DEFINITIONS as PRODUCT
from retention.view.results.words import DEFINITIONS as RESULT
from retention.view.value.season import SEASON

FRONT = ""
SHARED = text.DEFINITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of the trade.

    Attributes:
        word: As the pages write it.
        meaning: One to three short sentences, as plain text.
        pages: The names of the pages' files that use it; "" is the front page.
        about: The key under which a metric finds this definition, where one does.
        also: Other labels of the same number.
    """

    word: str
    meaning: str
    pages: tuple[str, ...]
    about: str = ""
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The name of its place on the page, for an address such as `/glossary#term-lift`."""
        letters = "".join(letter if letter.isalnum() else " " for letter in self.word.lower())
        return "-".join(["term", *letters.split()])


SEGMENTS = ("segments", "ready_made", "own_segments", "rfm")
VALUES = (FRONT, "segments", "own_segments", "rfm", "cohorts", "scorecard", "lifetime_value")
_STAGES = describe_rules(SegmentRules())


def _orders() -> list[Term]:
    return [
        Term(
            word="Customers",
            meaning=SHARED["customers"],
            pages=(FRONT, *SEGMENTS, "cohorts"),
            about="customers",
        ),
        Term(
            word="Orders",
            meaning=SHARED["orders"],
            pages=(FRONT, "customer", "scorecard", "channels"),
            about="orders",
        ),
        Term(
            word="Revenue",
            meaning=SHARED["revenue"],
            pages=(FRONT, "customer", *SEGMENTS, "cohorts", "scorecard", "channels"),
            about="revenue",
            also=("Revenue so far",),
        ),
        Term(
            word="Average order",
            meaning=SHARED["average_order_value"],
            pages=("own_segments", "scorecard", "channels"),
            about="average_order_value",
        ),
        Term(
            word="Bought again",
            meaning=SHARED["repeat_rate"],
            pages=(FRONT,),
            about="repeat_rate",
        ),
        Term(
            word="Discount share",
            meaning=SHARED["discount_share"],
            pages=("segments", "scorecard"),
        ),
    ]


def _retention() -> list[Term]:
    rates = {
        "customer_retention_rate": ("scorecard",),
        "churn_rate": ("scorecard",),
        "repeat_purchase_rate": ("scorecard", "channels"),
        "repeat_within_90_days": ("scorecard",),
        "returning_customers": ("scorecard",),
        "days_to_second_order": ("scorecard",),
    }
    return [
        *(
            Term(word=METRICS[name].label, meaning=METRICS[name].definition, pages=pages)
            for name, pages in rates.items()
        ),
        Term(
            word="New customers",
            meaning=COHORT["new"],
            pages=("cohorts", "scorecard"),
            about="new",
        ),
        Term(
            word="Cohort",
            meaning="Customers who began in the same period, or whose first orders say the same, "
            "such as a channel. They are followed together from the first order on.",
            pages=("cohorts",),
        ),
        Term(
            word="95% range",
            meaning="Chance alone moves a rate within this range in 19 of 20 cases. The fewer "
            "customers it rests on, the wider it is.",
            pages=("scorecard", "cohorts", "channels"),
        ),
        Term(
            word="No clear change",
            meaning="The range of the change holds zero: chance alone (noise) may have made it.",
            pages=("scorecard",),
        ),
        Term(
            word="Benchmark",
            meaning="What other stores reach, by a published source. Your store is measured by the "
            "source's own definition before the two are compared.",
            pages=("scorecard", "settings"),
        ),
        Term(
            word="Association",
            meaning="Customers of two groups differ in more than the one thing that names the "
            "groups. What goes together need not be cause and effect.",
            pages=("channels", "products"),
        ),
    ]


def _forecast() -> list[Term]:
    return [
        Term(word="Expected value", meaning=SHARED["cltv"], pages=VALUES, about="cltv"),
        Term(
            word="Value per customer",
            meaning=SHARED["cltv_per_customer"],
            pages=("lifetime_value", "settings"),
            about="cltv_per_customer",
        ),
        Term(
            word="Expected revenue",
            meaning=SHARED["expected_revenue"],
            pages=("lifetime_value", "settings"),
            about="expected_revenue",
        ),
        Term(
            word="Expected orders",
            meaning=SHARED["expected_orders_sum"],
            pages=(FRONT, "lifetime_value", "customer"),
            about="expected_orders_sum",
        ),
        Term(
            word="Will order again",
            meaning=SHARED["returning"],
            pages=(FRONT, "lifetime_value", "cohorts", "customer"),
            about="returning",
        ),
        Term(
            word="Will buy",
            meaning=SHARED["p_purchase"],
            pages=("segments", "own_segments"),
            about="p_purchase",
        ),
        Term(
            word="Top 10% hold",
            meaning=SHARED["top_share"],
            pages=(FRONT,),
            about="top_share",
        ),
        Term(word="80% range", meaning=text.RANGE_80, pages=(*VALUES, "customer", "campaigns")),
        Term(word="Margin", meaning=SHARED["margin"], pages=("settings", "campaigns")),
        Term(
            word="Discount rate",
            meaning=SHARED["annual_discount_rate"],
            pages=("settings",),
        ),
        Term(
            word="BG/NBD",
            meaning="Each customer orders at a pace of their own, and after any repeat order some "
            "stop for good. From everybody's orders the model learns how pace and stopping differ, "
            "and tells from one customer's dates how many orders are to come.",
            pages=("settings", "lifetime_value"),
        ),
        Term(word="Purchase model", meaning=SHARED["purchase_model"], pages=("settings",)),
        Term(
            word="Gamma-Gamma",
            meaning="Each customer spends about the same a time, and customers differ in how much "
            "that is. The fewer the orders of a customer, the more the model leans on everybody's "
            "average.",
            pages=("lifetime_value",),
        ),
        Term(
            word="Gone for good",
            meaning=SHARED["gone_for_good"],
            pages=("customer",),
        ),
        Term(word="Backtest", meaning=SHARED["backtest"], pages=("lifetime_value",)),
        Term(word="Season", meaning=SEASON, pages=("lifetime_value",)),
    ]


def _segments() -> list[Term]:
    return [
        *(
            Term(word=label, meaning=_STAGES[key], pages=("segments", "movement"))
            for key, label in STAGE_LABELS.items()
        ),
        *(
            Term(word=TRAIT_LABELS[key], meaning=_STAGES[key], pages=("segments",))
            for key in TRAIT_LABELS
        ),
        Term(
            word="Published scheme",
            meaning="The days by which stages are told unless you set others on the page Segments. "
            "The stages above are written by it.",
            pages=("segments", "movement"),
        ),
        Term(
            word="RFM",
            meaning="Recency, frequency, money: how lately, how often and for how much a customer "
            "ordered, each as a score from 1 to 5. The scores make eleven groups.",
            pages=("rfm",),
        ),
        *(
            Term(word=word, meaning=MOVE[key], pages=("movement",), about=key)
            for key, word in (
                ("came", "Came in"),
                ("came_back", "Came back"),
                ("fell", "Fell to at risk"),
                ("lapsed", "Fell to lapsed"),
            )
        ),
    ]


def _campaigns() -> list[Term]:
    plan, both = ("campaigns",), ("campaigns", "campaign_calendar")
    return [
        Term(
            word="Lift",
            meaning=CAMPAIGN["lift"],
            pages=both,
            about="lift",
            also=("Persuaded",),
        ),
        Term(
            word="Holdout",
            meaning=CAMPAIGN["holdout"],
            pages=(*both, "results"),
            also=("Held out",),
        ),
        Term(
            word="Gain",
            meaning="What a campaign brings beyond what would have come anyway (incremental): "
            "margin with it less margin without it, less what contacts and offers cost.",
            pages=(FRONT, *both),
        ),
        Term(word="Reach", meaning=CAMPAIGN["reach"], pages=plan, about="reach"),
        Term(word="Cost", meaning=CAMPAIGN["cost"], pages=plan, about="cost"),
        Term(word="Return", meaning=CAMPAIGN["return"], pages=plan, about="return"),
        Term(
            word="Break-even lift", meaning=CAMPAIGN["break_even"], pages=plan, about="break_even"
        ),
        Term(
            word="Left out",
            meaning="Customers whom a campaign does not write to (suppressed): they opted out, "
            "ordered just now, complained, lack an address, or stand on your own list.",
            pages=plan,
        ),
        Term(
            word="Consent",
            meaning="Whether a customer has allowed messages, as your file says. Who declined is "
            "never written to; where nothing is known, ask first.",
            pages=("customer", "campaigns"),
        ),
        Term(word="Payback", meaning=CAMPAIGN["payback"], pages=plan),
    ]


def _results() -> list[Term]:
    return [
        Term(
            word="Extra orders",
            meaning=RESULT["extra_orders"],
            pages=("results",),
        ),
        Term(
            word="Gain after cost",
            meaning=RESULT["campaign_gain"],
            pages=("results",),
        ),
        Term(
            word="Gain over a year",
            meaning=RESULT["year_gain"],
            pages=("results",),
        ),
        Term(
            word="Cannot be told",
            meaning="The test shows neither a gain nor a loss: the ranges of both hold zero. It "
            "takes more customers, more of them held out, or more days.",
            pages=("results",),
        ),
        Term(
            word="Drawn together",
            meaning="A difference in a small segment swings by chance. It is moved to the "
            "difference over all segments by how much of its swing chance explains (shrunk).",
            pages=("results",),
        ),
        Term(
            word="Without the forecast",
            meaning="Both groups as they are. With the forecast, what was expected of each "
            "customer is taken off the difference, so that fewer are enough (CUPED).",
            pages=("results",),
        ),
    ]


def _products() -> list[Term]:
    return [
        Term(
            word=word,
            meaning=PRODUCT[key],
            pages=("products",),
            about=key,
        )
        for key, word in (
            ("due_this_week", "Due this week"),
            ("due_next_week", "Next week"),
            ("bought_again", "Bought again, of a product"),
            ("usual_wait", "Usual wait"),
        )
    ]


#: Every term, under the heading that it stands below.
GROUPS: dict[str, list[Term]] = {
    "Orders and customers": _orders(),
    "Keeping customers": _retention(),
    "Forecast": _forecast(),
    "Segments": _segments(),
    "Campaigns": [*_campaigns(), *_results()],
    "Products": _products(),
}


def all_terms() -> list[Term]:
    """Return every term, in the order of the page."""
    return [term for terms in GROUPS.values() for term in terms]


def terms_of(page: str) -> list[Term]:
    """Return the terms that a page uses.

    Args:
        page: The name of its file; "" is the front page.
    """
    return [term for term in all_terms() if page in term.pages]
