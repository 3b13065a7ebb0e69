"""Draw a chart of which a slider changes the data alone."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from retention.view.visitor_notation import chart_options


def live_chart(
    spec: Mapping[str, Any], frames: Mapping[str, pd.DataFrame], *, key: str, alt_text: str
) -> None:
    """Draw a specification from `live_spec`.

    Args:
        spec: The specification.
        frames: Data by the names of the specification's data sets.
        key: Of the chart.
        alt_text: What a screen reader says.
    """
    drawn = {**spec, **chart_options(), "datasets": dict(frames)}
    st.vega_lite_chart(drawn, key=key, alt=alt_text)
