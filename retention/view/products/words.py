"""The sentences of the products page, and the definitions of its numbers."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from retention import wording
from retention.products.value import ProductValue
from retention.reports.breakdown_verdict import LESS, MORE, THIN
from retention.view import text
from retention.view.products import frames
from retention.view.products.data import OWN, PRODUCT

PLURALS: dict[str, str] = {"product": "products", "category": "categories"}
DEFINITIONS = {
    "due_this_week": (
        "Customers whose own usual interval of something they bought ends within 7 days after the "
        "last day of these orders. It is the median of two or more own intervals. For others it is "
        "what is usual for the product, where 30 reorders or more are known."
    ),
    "due_next_week": "Likewise 8 to 14 days after the last day of these orders.",
    "bought_again": (
        "A customer and a product that the customer bought: the share bought again on a later day, "
        "so far."
    ),
    "usual_wait": (
        "Half of all reorders came within this time. Each product counts by its reorders. "
        "Intervals that there was no time to see are made up for."
    ),
    "value": (
        "What customers are expected to bring in the next 12 months whose first order had the "
        "product, less what customers alike bring: of the same month, with first orders of as many "
        "products. The ranges hold for all at once. It is an association: the product need not be "
        "the reason."
    ),
    "together": (
        "Pairs that are bought more often than chance brings. Orders keep their sizes and products "
        "their numbers. Of the pairs shown at most 5% are there by chance. Times chance: how many "
        "times as often (lift). Support: the share of all orders with both."
    ),
    "journey": (
        "An order stands at what cost most of it. A band is as wide as the customers who went that "
        "way. “No further order” is so far."
    ),
    "intervals": (
        "The line holds the middle half of the reorders, the dot their median, and a larger dot "
        "rests on more reorders. Customers who never buy it again have no interval."
    ),
    "recall": (
        "The end of the orders is hidden. Of the products in a customer's next order, the share "
        "that was among those named. The thin line is the 95% range."
    ),
}


def conclusion(table: pd.DataFrame, own: int, usual: int, by: str) -> str:
    """Return the first sentence of the page, as Markdown.

    Args:
        table: From `product_table`.
        own: Customers due this week by their own interval.
        usual: Customers due this week by what is usual for a product.
        by: What is counted.
    """
    due = _due_words(own, usual)
    best = frames.best_reordered(table)
    if best is None:
        return f"No {by} has 30 reorders yet, so that no usual interval is known. {due}"
    name, row = best
    rate, wait = wording.percent(row["repeat_rate"]), wording.days(row["interval_median"])
    return (
        f"**{text.plain(name, 80)}** brings people back: **{rate}** buy it again, usually after "
        f"{wait}. {due}"
    )


def _due_words(own: int, usual: int) -> str:
    number = own or usual
    if not number:
        return "Nobody is due this week."
    whose = " by their own interval" if own else ""
    verb = "is" if number == 1 else "are"
    return f"**{wording.plural(number, 'customer')}** {verb} due this week{whose}."


def basis_words(rates: Mapping[str, float], by: str) -> str:
    """Return how often what was due was bought, by whose interval, on a hidden fortnight."""
    parts = []
    if OWN in rates:
        parts.append(f"{wording.percent(rates[OWN])} of those due by their own interval")
    if PRODUCT in rates:
        parts.append(
            f"{wording.percent(rates[PRODUCT])} of those due by what is usual for the {by}"
        )
    if not parts:
        return ""
    return f"Tried on the last 14 days: {' and '.join(parts)} bought it."


def value_sentence(products: ProductValue, currency: str | None, by: str) -> str:
    """Return whom to win with which product, as Markdown."""
    values = products.values
    if (values["verdict"] == THIN).all():
        return f"**Too little data.** No {by} has 30 customers who began with it."
    clear = values[values["verdict"].isin([MORE, LESS])]
    if clear.empty:
        return f"**No {by} stands out.** What differs between their customers may be chance."
    ranked = clear.sort_values("pooled_difference", ascending=False)
    best, worst = ranked.iloc[0], ranked.iloc[-1]
    parts = []
    if best["verdict"] == MORE:
        parts.append(
            f"**{text.plain(ranked.index[0], 80)}** brings customers worth "
            f"{text.plain(_each(best['difference'], products.basis, currency))} more than others "
            "alike"
        )
    if worst["verdict"] == LESS:
        less = text.plain(_each(-worst["difference"], products.basis, currency))
        parts.append(f"**{text.plain(ranked.index[-1], 80)}** {less} less")
        if len(parts) == 1:
            parts[0] = parts[0].replace(f" {less} less", f" brings customers worth {less} less")
    return f"{', '.join(parts)}."


def _each(value: float, basis: str, currency: str | None) -> str:
    return (
        f"{wording.decimal(value, 1)} orders"
        if basis == "orders"
        else wording.money(value, currency)
    )


def value_title(basis: str) -> str:
    """Return the title of the axis of `value_chart`."""
    return {
        "value": "Value beside customers alike",
        "revenue": "Revenue beside customers alike",
        "orders": "Orders beside customers alike",
    }[basis]


class Pair(NamedTuple):
    """Two products that go together.

    Attributes:
        first: The name of one.
        second: The name of the other.
        share: Of all orders with both, or of the second orders after the first product.
        lift: How many times as often as by chance.
    """

    first: str
    second: str
    share: float
    lift: float

    @classmethod
    def of(cls, row: pd.Series, columns: tuple[str, str, str]) -> "Pair":
        """Return the pair of a row of `bought_together` or `bought_next`.

        Args:
            row: The row.
            columns: Those of the first product, the second one, and how often.
        """
        share = row["support"] if "support" in row.index else row["share"]
        return cls(str(row[columns[0]]), str(row[columns[1]]), share, row["beyond_chance"])


def pair_sentence(pair: Pair, same_order: bool) -> str:
    """Return what the most frequent pair says, as Markdown."""
    first, second = text.plain(pair.first, 80), text.plain(pair.second, 80)
    often = f"**{wording.percent(pair.share)}**"
    chance = f"{wording.decimal(pair.lift, 1)} times as often as by chance"
    if same_order:
        return f"**{first}** and **{second}** are in {often} of orders together, {chance}."
    after = f"After a first order with **{first}**"
    return f"{after}, {often} of second orders hold **{second}**, {chance}."


def journey_sentence(links: pd.DataFrame, by: str) -> str:
    """Return what most customers do after their first order, as Markdown."""
    first = links[links["step"] == 1]
    total = max(int(first["customers"].sum()), 1)
    gone = int(first.loc[first["to"] == "no further order", "customers"].sum())
    same = first[(first["from"] == first["to"]) & (first["from"] != "others")]
    again = int(same["customers"].sum())
    return (
        f"**{wording.percent(1 - gone / total)}** of customers have ordered a second time, "
        f"{wording.percent(again / max(total - gone, 1))} of them the same of these "
        f"{PLURALS[by]} once more."
    )


def recall_sentence(table: pd.DataFrame) -> str:
    """Return what naming one and three products is worth beside the best sellers, as Markdown."""
    one, three = (table[table["named"] == number].set_index("method") for number in (1, 3))
    recall = three["recall"].astype(float)
    percent = wording.percent
    sentences = [
        "Three products named to each customer hold "
        f"**{percent(recall['likely next'])}** of what the next order could hold of them. The best "
        f"sellers hold {percent(recall['best sellers'])}, {_beside_best(three)}"
    ]
    if _verdict(one) == _verdict(three):
        sentences.append("The same is true of one product named.")
    else:
        first = one["recall"].astype(float)
        sentences.append(
            f"One product named is right for {percent(first['likely next'])} of customers, the "
            f"best seller for {percent(first['best sellers'])}, {_beside_best(one)}"
        )
    return " ".join(sentences)


def _verdict(named: pd.DataFrame) -> int:
    """1 where the likely products are better than the best sellers, -1 where worse, else 0."""
    low, high = (
        float(named[f"beyond_best_{end}"].astype(float)["likely next"]) for end in ("low", "high")
    )
    return int(low > 0) - int(high < 0)


def _beside_best(named: pd.DataFrame) -> str:
    return {
        1: "so it is worth naming them to each customer.",
        -1: "so the best sellers are the better list here.",
        0: "which is no clear difference: the best sellers do as well here.",
    }[_verdict(named)]
