"""Charts: a frame in, an `alt.Chart` out; nothing is computed here but the words of a tooltip.

Charts are drawn from aggregates, with heights fixed and colours from `palette`; text and lines take the
page's theme.
"""

import json
from collections.abc import Mapping

import altair as alt
import pandas as pd
import streamlit as st

from retention import wording

HEIGHT = 320


_SHORT = "(abs(datum.value) >= 1000 ? replace(format(abs(datum.value), '~s'), 'G', 'B') : format(abs(datum.value), ',~g'))"


def money_axis(currency: str | None, **options: object) -> alt.Axis:
    """Axis with short amounts and the currency's symbol, which is quoted: a file may name any currency."""
    label = f"(datum.value < 0 ? '−' : '') + {json.dumps(wording.symbol(currency))} + {_SHORT}"
    return alt.Axis(labelExpr=label, tickCount=5, **options)


def count_axis(tick_count: int = 5) -> alt.Axis:
    """Axis with short numbers: 0, 500, 1k, where one format for all ticks would say 0k, 0.5k, 1k."""
    return alt.Axis(labelExpr=_SHORT, tickCount=tick_count)


def live_spec(chart: alt.LayerChart) -> dict:
    """The chart's specification without data; build it once and draw it with `live_chart` as often as
    wanted."""
    spec = chart.to_dict()
    # Streamlit's theme sets what Altair's default theme would.
    spec.pop("config", None)
    return spec


def live_chart(spec: dict, frames: Mapping[str, pd.DataFrame], *, key: str, alt_text: str) -> None:
    """Draw a specification from `live_spec` with the frames its data sets are named after."""
    st.vega_lite_chart({**spec, "datasets": dict(frames)}, key=key, alt=alt_text)
