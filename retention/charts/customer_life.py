"""The life of one customer so far, and what silence would bring: frames in, a chart out."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import altair as alt
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.charts.axes import layered, money_axis
from retention.segments import labels

LIFE_HEIGHT = 300
#: The band of stages below the orders: its top and bottom, and the chart's, by the highest order.
BAND_TOP, BAND_BOTTOM, FLOOR, CEILING = -0.06, -0.13, -0.15, 1.06
#: Orders that the chart shows at most: the latest ones.
MOST_ORDERS = 400
#: Days of a chart up to which its axis names days in place of months.
SHORT_LIFE = 120
#: Days that a last stage ahead is drawn for.
TAIL_DAYS = 45


@dataclass(frozen=True, slots=True)
class CustomerLife:
    """What the chart shows of a customer.

    Attributes:
        orders: As `customer_orders` returns.
        stage: The stage today.
        path: As `stage_path` returns.
        ahead: As `stages_ahead` returns.
        end: The last day of the orders.
        currency: Of the amounts.
        has_amounts: Whether the orders have amounts.
    """

    orders: pd.DataFrame
    stage: str
    path: pd.DataFrame
    ahead: pd.DataFrame
    end: date
    currency: str | None
    has_amounts: bool


def order_frame(life: CustomerLife) -> pd.DataFrame:
    """Return the orders of the chart: moment, height and the words of a tooltip."""
    orders, currency = life.orders, life.currency
    frame = pd.DataFrame({"moment": orders["ordered_at"], "number": range(1, len(orders) + 1)})
    frame["day"] = [wording.day(moment.date()) for moment in orders["ordered_at"]]
    discount = orders["discount"].fillna(0.0) if "discount" in orders else 0.0
    frame["discounted"] = pd.Series(discount, index=frame.index) > 0
    frame["height"] = frame["number"].astype(float)
    frame["amount"] = frame["saved"] = wording.MISSING
    if life.has_amounts:
        frame["height"] = orders["revenue"]
        frame["amount"] = [wording.money(amount, currency) for amount in orders["revenue"]]
        if "discount" in orders:
            frame["saved"] = [wording.money(amount, currency) for amount in orders["discount"]]
    held = orders["products"] if "products" in orders else [()] * len(orders)
    frame["products"] = [wording.first_words(list(names), 3) or wording.MISSING for names in held]
    return frame.tail(MOST_ORDERS)


def stage_frame(life: CustomerLife) -> pd.DataFrame:
    """Return the stages so far, and those ahead if nothing comes, with their first and last day."""
    path, now = life.path, life.end + timedelta(days=1)
    rows = [
        (stage, start, last + timedelta(days=1), "So far")
        for stage, start, last in zip(path["stage"], path["start"], path["last"], strict=True)
    ]
    stages = [life.stage, *life.ahead["stage"]]
    starts = [now, *life.ahead["start"]]
    if len(stages) > 1:
        ends = [*starts[1:], _tail(starts[-1], life)]
        ahead = zip(stages, starts, ends, strict=True)
        rows += [(stage, start, last, "If nothing comes") for stage, start, last in ahead]
    frame = pd.DataFrame(rows, columns=["stage", "start", "end", "when"])
    frame = frame[frame["end"] > frame["start"]]
    return frame.assign(
        label=frame["stage"].map(labels.STAGE_LABELS),
        start_day=[wording.day(day) for day in frame["start"]],
        end_day=[wording.day(day - timedelta(days=1)) for day in frame["end"]],
        start=pd.to_datetime(frame["start"]),
        end=pd.to_datetime(frame["end"]),
    )


def life_chart(life: CustomerLife) -> alt.LayerChart:
    """Draw orders by their day, and below them the stages that the customer went through."""
    orders, stages = order_frame(life), stage_frame(life)
    today = pd.DataFrame({"moment": [pd.Timestamp(life.end) + pd.Timedelta(days=1)]})
    top = max(float(orders["height"].max()), 1e-9)
    y = alt.Y(
        "height:Q",
        title=None if life.has_amounts else "Orders so far",
        scale=alt.Scale(domain=[FLOOR * top, CEILING * top], nice=False),
        axis=money_axis(life.currency, domain=False, values=_ticks(top))
        if life.has_amounts
        else alt.Axis(values=_ticks(top, whole=True), format="d", domain=False),
    )
    x = alt.X("moment:T", title=None, axis=_day_axis(orders, stages))
    tooltip = [
        alt.Tooltip("day:N", title="Order of"),
        alt.Tooltip("amount:N", title="Amount"),
        alt.Tooltip("saved:N", title="Discount"),
        alt.Tooltip("products:N", title="Products"),
    ]
    stems = (
        alt.Chart(orders)
        .mark_rule(color=palette.ACCENT, strokeWidth=1.5, opacity=0.55)
        .encode(x=x, y=y, y2=alt.YDatum(0), tooltip=tooltip)
    )
    dots = (
        alt.Chart(orders)
        .mark_point(size=70, strokeWidth=2, color=palette.ACCENT, opacity=1)
        .encode(
            x=x,
            y=y,
            fill=alt.condition(
                "datum.discounted", alt.value("transparent"), alt.value(palette.ACCENT)
            ),
            tooltip=tooltip,
        )
    )
    rule = (
        alt.Chart(today)
        .mark_rule(color=palette.CUT, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x="moment:T")
    )
    return layered(_band(stages, top), stems, dots, rule, height=LIFE_HEIGHT)


def _day_axis(orders: pd.DataFrame, stages: pd.DataFrame) -> alt.Axis:
    """The time axis: each label holds its year, since any of them may be left out."""
    days = (stages["end"].max() - orders["moment"].min()).days if len(stages) else 0
    form = "%b %Y" if days > SHORT_LIFE else "%-d %b"
    return alt.Axis(grid=False, tickCount=8, labelOverlap=True, format=form)


def _band(stages: pd.DataFrame, top: float) -> alt.Chart:
    present = [stage for stage in palette.STAGE_COLOURS if stage in set(stages["stage"])]
    colour = alt.Color(
        "label:N",
        title=None,
        scale=alt.Scale(
            domain=[labels.STAGE_LABELS[stage] for stage in present],
            range=[palette.STAGE_COLOURS[stage] for stage in present],
        ),
        legend=alt.Legend(
            orient="top",
            direction="horizontal",
            symbolType="square",
            columns=4 if len(present) > 5 else 0,
        ),
    )
    return (
        alt.Chart(stages.assign(upper=BAND_TOP * top, lower=BAND_BOTTOM * top))
        .mark_rect()
        .encode(
            x=alt.X("start:T"),
            x2="end:T",
            y="lower:Q",
            y2="upper:Q",
            color=colour,
            opacity=alt.condition("datum.when == 'So far'", alt.value(1), alt.value(0.38)),
            tooltip=[
                alt.Tooltip("label:N", title="Stage"),
                alt.Tooltip("start_day:N", title="From"),
                alt.Tooltip("end_day:N", title="To"),
                alt.Tooltip("when:N", title="When"),
            ],
        )
    )


def _ticks(top: float, *, whole: bool = False) -> list[float]:
    """Round amounts from 0 to the highest order, three to six of them above 0."""
    raw = top / 3
    power = 10.0 ** math.floor(math.log10(raw))
    step = max(nice * power for nice in (1, 2, 2.5, 5) if nice * power <= raw)
    if whole:
        step = max(math.ceil(step), 1)
    return [step * number for number in range(int(top / step) + 1)]


def _tail(start: date, life: CustomerLife) -> date:
    """The day to which the last stage ahead is drawn: a part of the life so far, at least weeks."""
    age = life.end - life.orders["ordered_at"].min().date()
    return start + timedelta(days=max(TAIL_DAYS, age.days // 12))
