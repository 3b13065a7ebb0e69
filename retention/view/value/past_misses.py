"""How far forecasts of the store's past were off: a sentence, and each of them."""

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.models.misses import PastMisses
from retention.models.model import CltvModel
from retention.statistics import FORECAST_LEVEL, normal_width
from retention.view import text

#: Standard deviations from the middle to the end of an 80 % range.
FORECAST_WIDTH = normal_width(FORECAST_LEVEL)
ABOUT = (
    "The last 30, 60, 90, 180 and 365 days were hidden in turn, as far as the orders reach back. "
    "Each time a model was fitted to the orders before and foresaw what came. Misses beyond the "
    "model's own range widen the ranges of all totals: base, segments, cohorts, months, campaigns."
)


def past_misses(model: CltvModel) -> None:
    """Draw what the ranges of totals allow for, and the forecasts that it rests on."""
    misses = model.misses
    if misses is None:
        return
    st.markdown(f":material/straighten: **Ranges**  \n{text.plain(misses.words)}", help=ABOUT)
    if not misses.tests:
        return
    with st.expander("How far off forecasts of this store were", icon=":material/history:"):
        number = st.column_config.NumberColumn
        st.dataframe(
            frame(misses),
            hide_index=True,
            placeholder=wording.MISSING,
            column_config={
                "Hidden": number("Days hidden", width=90),
                "Foreseen": number("Days foreseen", width=100),
                "Orders": number(format="percent", help="Foreseen against what came, less 100%."),
                "Orders range": number(
                    "Range of the model", format="percent", help="Half its 80% range of the orders."
                ),
                "Revenue": number(format="percent", help="Foreseen against what came, less 100%."),
            },
        )


def frame(misses: PastMisses) -> pd.DataFrame:
    """Return the table of the forecasts.

    Args:
        misses: The misses of the store's past.

    Returns:
        A row for each forecast: `Hidden` and `Foreseen` days, `Orders` (foreseen / came - 1),
        `Orders range` (half of the model's own 80 % range) and, where it is known, `Revenue`.
    """
    table = pd.DataFrame(
        {
            "Hidden": [test.hidden_days for test in misses.tests],
            "Foreseen": [test.days for test in misses.tests],
            "Orders": [np.expm1(-test.orders) for test in misses.tests],
            "Orders range": [FORECAST_WIDTH * test.orders_deviation for test in misses.tests],
            "Revenue": [np.expm1(-test.revenue) for test in misses.tests],
        }
    )
    return table.dropna(axis="columns", how="all")
