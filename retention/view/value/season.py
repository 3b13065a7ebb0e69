"""The season of the store: a sentence, and a curve by month."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts.value import season_chart
from retention.history.peaks import Peak
from retention.models.season.index import SeasonIndex
from retention.view import forecast_panels, text

MONTHS = tuple(f"{pd.Timestamp(2023, month, 1):%B}" for month in range(1, 13))
SEASON = (
    "How much more or less active customers order in a month than in an average one. Forecasts, "
    "due days and backtests follow it."
)
ABOUT = (
    f"{SEASON} It is told from the repeat orders of each day beside what the model expects of "
    "these customers, so that growth is no season. The band is its 80% range."
)


def season(index: SeasonIndex, peaks: Sequence[Peak]) -> None:
    """Draw the season that the forecast follows, or say why there is none.

    Args:
        index: The season.
        peaks: From `yearly_peaks`: what a smooth season cannot hold.
    """
    sentences = f"{words(index)} {forecast_panels.peak_words(peaks)}".strip()
    st.markdown(
        f":material/calendar_month: **Season**  \n{text.plain(sentences, limit=800)}", help=ABOUT
    )
    if index.is_plain:
        return
    by_month = index.by_month()
    st.altair_chart(
        season_chart(by_month.assign(name=[name[:3] for name in MONTHS])),
        key="season",
        alt="Orders of active customers by month of the year, as times an average month: "
        + ", ".join(
            f"{name} {wording.decimal(value, 1)}"
            for name, value in zip(MONTHS, by_month["index"], strict=True)
        ),
    )


def words(index: SeasonIndex) -> str:
    """Return what the season says, in a sentence or two."""
    if index.is_plain:
        return f"The forecast knows no season: {index.reason}."
    by_month = index.by_month()["index"].to_numpy()
    best, weakest = by_month.argmax(), by_month.argmin()
    return (
        f"{MONTHS[best]} sells {wording.decimal(by_month[best], 1)} times an average month, "
        f"{MONTHS[weakest]} {wording.decimal(by_month[weakest], 1)} times. "
        f"{_evidence(index)}The forecast follows it."
    )


def _evidence(index: SeasonIndex) -> str:
    """How sure it is that there is a season; nothing where it was given."""
    if index.start is None or index.end is None:
        return ""
    return f"So it was from {wording.day(index.start)} to {wording.day(index.end)}. "
