"""What the products page draws and lists, as small frames."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.csv_export import to_csv
from retention.products.due import NEXT_WEEK, THIS_WEEK
from retention.products.journey import NO_FURTHER_ORDER, ORDERS_SHOWN, OTHERS
from retention.products.product_history import ProductHistory
from retention.products.value import ProductValue
from retention.reports.breakdown_verdict import THIN
from retention.view import text
from retention.view.products.data import OWN

#: Rows of a chart at most.
MOST_ROWS = 12
#: Products along each side of the chart of pairs.
MOST_SIDE = 10
#: Characters of a name that are drawn at most; an axis shows fewer.
LONGEST = 80
#: Free space between two places of the flow, as a share of the drawing, and the least height that
#: has room for words.
GAP, ROOM = 0.02, 0.035
#: The colours of the seven products in the flow.
COLOURS = (
    *(palette.STAGE_COLOURS[stage] for stage in ("first_time", "repeat", "at_risk", "loyal")),
    *(palette.STAGE_COLOURS[stage] for stage in ("vip", "new")),
    palette.TRAIT_COLOURS["big_spender"],
)
#: What stands for those who have not come back.
GONE = "#C4CBCF"


def short_names(names: Sequence[object]) -> list[str]:
    """Return names in one line, cut where they are long, and still different from each other.

    >>> short_names(["Tea", "a" * 99, "a" * 99 + "b"])[0]
    'Tea'
    """
    shown: dict[str, None] = {}
    for name in names:
        words = text.one_line(name, LONGEST).strip() or "(blank)"
        number, free = 2, words
        while free in shown:
            free, number = f"{words[: LONGEST - 6]} ({number})", number + 1
        shown[free] = None
    return list(shown)


def due_frame(due: pd.DataFrame) -> pd.DataFrame:
    """Return customers by product and week, for the products with the most.

    Args:
        due: From `reorders_due`.

    Returns:
        `product`, `name` (short), `when` in words, `turn` (0 this week, 1 next), `customers`, and
        `own` of whom are due by their own interval.
    """
    sizes = due.groupby("product")["customer_id"].size().sort_values(ascending=False, kind="stable")
    shown = sizes.index[:MOST_ROWS]
    names = dict(zip(shown, short_names(list(shown)), strict=True))
    rows = due[due["product"].isin(shown)].assign(own=lambda frame: frame["basis"] == OWN)
    counted = rows.groupby(["product", "week"], as_index=False).agg(
        customers=("customer_id", "size"), own=("own", "sum")
    )
    counted["rank"] = counted["product"].map({name: n for n, name in enumerate(shown)})
    counted["name"] = counted["product"].map(names)
    counted["when"] = counted["week"].map({THIS_WEEK: "This week", NEXT_WEEK: "Next week"})
    counted["turn"] = (counted["week"] == NEXT_WEEK).astype(int)
    order = counted.sort_values(["rank", "turn"], ignore_index=True)
    return order[["product", "name", "when", "turn", "customers", "own"]]


def due_customers(due: pd.DataFrame, contact: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each customer who is due, those who may be written to first.

    Args:
        due: From `reorders_due`.
        contact: From `contact_for`.

    Returns:
        `customer_id`, `products` (in one cell), `due`, `week`, `last_bought`, `interval` and
        `basis` of the product that is due first, `consent` and `do_not_write`.
    """
    groups = due.groupby("customer_id", sort=False)
    rows = groups.agg(
        products=("product", lambda names: "; ".join(map(str, names))),
        due=("due", "first"),
        week=("week", "first"),
        last_bought=("last_bought", "first"),
        interval=("interval", "first"),
        basis=("basis", "first"),
    )
    rows = rows.join(contact).reset_index()
    # Stable: by the due day among those who may be written to, and among the others.
    return rows.sort_values("do_not_write", key=lambda why: why != "", kind="stable").reset_index(
        drop=True
    )


def due_list(due: pd.DataFrame, contact: pd.DataFrame) -> pd.DataFrame:
    """Return `due_customers` as a list that leaves the app."""
    return due_customers(due, contact).set_index("customer_id")


def value_frame(products: ProductValue, currency: str | None) -> pd.DataFrame:
    """Return the products whose customers differ most, and how sure that is.

    Args:
        products: From `product_value`.
        currency: Of the amounts.

    Returns:
        `product`, `name` (short), `at`, `low`, `high`, `verdict` and words for the tooltip, the
        best first. Products with too little data are left out.
    """
    known = products.values[products.values["verdict"] != THIN]
    far = known["pooled_difference"].abs().sort_values(ascending=False, kind="stable").index
    shown = known.loc[far[:MOST_ROWS]].sort_values("difference", ascending=False)

    def amount(value: float) -> str:
        if products.basis == "orders":
            return wording.decimal(value, 2)
        return wording.money(value, currency)

    rows = zip(shown["difference_low"], shown["difference_high"], strict=True)
    means = zip(shown["mean"], shown["mean_low"], shown["mean_high"], strict=True)
    return pd.DataFrame(
        {
            "product": shown.index.astype(str),
            "name": short_names(shown.index.tolist()),
            "at": shown["difference"].to_numpy(),
            "low": shown["difference_low"].to_numpy(),
            "high": shown["difference_high"].to_numpy(),
            "verdict": shown["verdict"].to_numpy(),
            "difference": [amount(value) for value in shown["difference"]],
            "between": [f"{amount(low)} to {amount(high)}" for low, high in rows],
            "mean": [
                f"{amount(mean)} ({amount(low)} to {amount(high)})" for mean, low, high in means
            ],
            "alike": [amount(value) for value in shown["alike"]],
            "customers": shown["customers"].to_numpy(),
            "repeat_rate": [wording.percent(rate) for rate in shown["repeat_rate"]],
        }
    )


def interval_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Return the quartiles of the reorder intervals that rest on enough reorders.

    Args:
        table: From `product_table`.

    Returns:
        `product`, `name` (short), `at`, `low`, `high` in days, `reorders`, `repeat_rate` and
        `between`, the shortest interval first. Of many products those with the most reorders are
        shown.
    """
    known = table[table["enough_reorders"]]
    known = known.sort_values("reorders", ascending=False, kind="stable").head(MOST_ROWS)
    shown = known.sort_values("interval_median", kind="stable")
    rows = zip(shown["interval_q1"], shown["interval_q3"], strict=True)
    return pd.DataFrame(
        {
            "product": shown.index.astype(str),
            "name": short_names(shown.index.tolist()),
            "at": shown["interval_median"].to_numpy(),
            "low": shown["interval_q1"].to_numpy(),
            "high": shown["interval_q3"].to_numpy(),
            "reorders": shown["reorders"].to_numpy(),
            "repeat_rate": shown["repeat_rate"].to_numpy(),
            "between": [
                f"{wording.count(low)} to {wording.count(high)} days" for low, high in rows
            ],
        }
    )


def pairs_frame(
    pairs: pd.DataFrame, columns: tuple[str, str, str], symmetric: bool
) -> pd.DataFrame:
    """Return pairs as the cells of a square, for the products in the most of them.

    Args:
        pairs: From `bought_together` or `bought_next`.
        columns: Those of the first product, the second one, and how often.
        symmetric: Whether each pair stands on both sides of the diagonal.

    Returns:
        `row`, `column`, `lift` (beyond chance), `times` and `rank` of both.
    """
    first, second, times = columns
    kept = pairs[[first, second, times, "beyond_chance"]].set_axis(
        ["row", "column", "times", "lift"], axis="columns"
    )
    if symmetric:
        turned = kept.rename(columns={"row": "column", "column": "row"})
        kept = pd.concat([kept, turned], ignore_index=True)
        often = _most_often(kept, "row")
        kept = kept[kept["row"].isin(often) & kept["column"].isin(often)]
    else:
        kept = kept[kept["row"].isin(_most_often(kept, "row"))]
        kept = kept[kept["column"].isin(_most_often(kept, "column"))]
    names = list(dict.fromkeys([*kept["row"], *kept["column"]]))
    short = dict(zip(names, short_names(names), strict=True))
    return kept.assign(row=kept["row"].map(short), column=kept["column"].map(short)).reset_index(
        drop=True
    )


def _most_often(pairs: pd.DataFrame, side: str) -> pd.Index:
    """The names on one side of the pairs that are in the most orders."""
    often = pairs.groupby(side)["times"].sum().sort_values(ascending=False, kind="stable")
    return often.index[:MOST_SIDE]


def journey_frames(links: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of the flow of orders 1 to 4.

    Args:
        links: From `order_journey`.

    Returns:
        Bands: `flow`, `step`, `top_left`, `bottom_left`, `top_right`, `bottom_right` (0 at the top,
        1 at the bottom), `colour`, `stays`, `customers`, `share`. Places: `step` (0 for the first
        order), `name`, `top`, `bottom`, `words_at`, `colour`, `customers`, `has_room`.
    """
    products = _in_order(links)
    colours = dict(zip(products, COLOURS, strict=False))
    colours |= {OTHERS: palette.NEUTRAL, NO_FURTHER_ORDER: GONE}
    order = [*products, OTHERS, NO_FURTHER_ORDER]
    everybody = max(int(links.loc[links["step"] == 1, "customers"].sum()), 1)
    scale = (1 - GAP * (len(order) - 1)) / everybody
    places = [_places(links, step, order, scale) for step in range(ORDERS_SHOWN)]
    nodes = pd.concat(places, ignore_index=True)
    short = dict(zip(order, short_names(order), strict=True))
    tops = {(row.step, row.name): row.top for row in nodes.itertuples(index=False)}
    left, right = dict(tops), dict(tops)
    bands = []
    rank = {name: place for place, name in enumerate(order)}
    ordered = links.assign(a=links["from"].map(rank), b=links["to"].map(rank))
    for row in ordered.sort_values(["step", "a", "b"]).to_dict("records"):
        step, start, goal = row["step"] - 1, row["from"], row["to"]
        height = row["customers"] * scale
        from_top, to_top = left[step, start], right[step + 1, goal]
        left[step, start], right[step + 1, goal] = from_top + height, to_top + height
        bands.append(
            {
                "flow": f"{row['step']}: {short[start]} → {short[goal]}",
                "step": step,
                "top_left": from_top,
                "bottom_left": from_top + height,
                "top_right": to_top,
                "bottom_right": to_top + height,
                "colour": colours[goal] if goal == NO_FURTHER_ORDER else colours[start],
                "stays": goal != NO_FURTHER_ORDER,
                "customers": row["customers"],
                "share": row["share"],
            }
        )
    nodes = nodes.assign(
        colour=nodes["name"].map(colours),
        name=nodes["name"].map(short),
        words_at=(nodes["top"] + nodes["bottom"]) / 2,
        has_room=nodes["bottom"] - nodes["top"] >= ROOM,
    )
    return pd.DataFrame(bands), nodes


def _in_order(links: pd.DataFrame) -> list[str]:
    """The products of a flow, those at the start with the most customers first."""
    names = [*links["from"], *links["to"]]
    customers = np.tile(links["customers"], 2)
    sums = pd.Series(customers).groupby(np.array(names, dtype=object)).sum()
    sums = sums.drop([OTHERS, NO_FURTHER_ORDER], errors="ignore")
    return [str(name) for name in sums.sort_values(ascending=False, kind="stable").index]


def _places(links: pd.DataFrame, step: int, order: list[str], scale: float) -> pd.DataFrame:
    """Where the places of one order stand: 0 for the first order."""
    side, of_step = ("from", 1) if step == 0 else ("to", step)
    sizes = links[links["step"] == of_step].groupby(side)["customers"].sum()
    rows, top = [], 0.0
    for name in order:
        customers = int(sizes.get(name, 0))
        if customers:
            rows.append(
                {
                    "step": step,
                    "name": name,
                    "top": top,
                    "bottom": top + customers * scale,
                    "customers": customers,
                }
            )
            top += customers * scale + GAP
    return pd.DataFrame(rows, columns=["step", "name", "top", "bottom", "customers"])


def recall_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Return the backtest's table with names for a legend."""
    names = {
        "likely next": "Likely next",
        "own most bought": "Own most bought",
        "best sellers": "Best sellers",
    }
    return table.assign(
        method=table["method"].map(names),
        beyond=[wording.signed_percent(share) for share in table["beyond_best"]],
    )


def table_csv(table: pd.DataFrame) -> bytes:
    """Return `product_table` as a file; it runs when the button is clicked."""
    frame = table.dropna(axis="columns", how="all")
    digits = {name: 4 if "rate" in name else 2 for name in frame.select_dtypes("float").columns}
    return to_csv(frame.round(digits))


def best_reordered(table: pd.DataFrame) -> tuple[str, pd.Series] | None:
    """Return the product that most surely brings people back, and its row of `product_table`."""
    known = table[table["enough_reorders"] & table["enough_customers"]]
    if known.empty:
        return None
    place = int(known["repeat_rate_low"].to_numpy().argmax())
    return str(known.index[place]), known.iloc[place]


def week_words(history: ProductHistory) -> tuple[str, str]:
    """Return the days of this week and the next, in words."""
    days = [pd.Timestamp(history.end) + pd.Timedelta(days=n) for n in (1, 7, 8, 14)]
    first, last, then, end = (wording.day(day.date()) for day in days)
    return f"{first} – {last}", f"{then} – {end}"
