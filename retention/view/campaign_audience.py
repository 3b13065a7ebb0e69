"""The addressed customers and the holdout as files for the platforms that send."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from retention.audience_formats import PLATFORMS
from retention.audiences import export_audience
from retention.campaigns import CampaignPlan
from retention.errors import DataError
from retention.exports import to_csv
from retention.view import campaign_data as data_of
from retention.view import loaded as session
from retention.view import text, widgets
from retention.view.builder_results import file_name
from retention.view.loaded import Loaded

#: Columns of scores that travel with the audience where the platform takes properties.
PROPERTIES = ("p_purchase_30d", "p_alive", "expected_orders", "expected_order_value", "cltv")


@st.fragment
def draw_audience(data: Loaded, plan: CampaignPlan) -> None:
    """Choose a platform, see what it would refuse, and take both files along."""
    people = data_of.people_for(data)
    one, two, three = st.columns([2, 2, 2], gap="medium", vertical_alignment="bottom")
    platform = one.selectbox(
        "For", list(PLATFORMS), format_func=lambda key: PLATFORMS[key].label, key="audience_platform"
    )
    country = two.text_input(
        "Country where none is given",
        key="audience_country",
        placeholder="Such as Thailand or TH",
        help="To read phone numbers that lack a country code, and to fill in countries where a platform asks for them.",
    ).strip()
    hashes = PLATFORMS[platform].hashes
    form = three.segmented_control(
        "Written as",
        ["Upload", "Hashed upload", "Spreadsheet"] if hashes else ["Upload", "Spreadsheet"],
        default="Upload",
        required=True,
        key=f"audience_form_{hashes}",
        help="An upload holds raw values. A file for a spreadsheet is made safe against formulas, and is not for "
        "uploading. Hashed: SHA-256 of what identifies a person.",
    )
    make = partial(
        export_audience,
        platform=platform,
        contacts=people.contacts,
        hashed=form == "Hashed upload",
        default_country=country or None,
        for_spreadsheet=form == "Spreadsheet",
        consent_required=not data_of.rules().unknown_consent,
    )
    index = data.customers.index
    addressed, held = index[plan.addressed], index[plan.held_out]
    if not len(addressed):
        st.info("Nobody is addressed, so there is no file.", icon=":material/info:")
        return
    if len(addressed) > 20_000:
        with st.spinner("Checking addresses…"):
            audience, problem = _made(make, addressed, data, plan)
    else:
        audience, problem = _made(make, addressed, data, plan)
    if audience is None:
        widgets.problem("This audience cannot be written", problem)
        return
    refused = len(audience.refused)
    st.markdown(
        f"**{text.plural(audience.rows, 'customer')}** in the file"
        + (f", {text.count(refused)} that the platform would refuse" if refused else "")
        + f": {text.plural(len(addressed), 'customer')} in the plan."
    )
    for note in audience.notes:
        st.caption(f":material/info: {text.plain(note, limit=600)}")
    if refused:
        reasons = audience.refused["reason"].value_counts()
        st.caption("; ".join(text.plain(f"{text.count(n)} {reason}") for reason, n in reasons.items()) + ".")
    stem = file_name(plan.campaign.name)
    with st.container(horizontal=True):
        parts = audience.parts or (audience.content,)
        for number, content in enumerate(parts, 1):
            _button(
                f"Download {text.count(audience.rows)} addressed"
                + (f", part {number} of {len(parts)}" if len(parts) > 1 else ""),
                f"{stem}-{audience.file_name.removesuffix('.csv')}{f'-{number}' if len(parts) > 1 else ''}.csv",
                content,
                f"audience_file_{number}",
            )
        if len(held):
            table = pd.DataFrame({"customer_id": held, "campaign": plan.campaign.name, "group": "holdout"})
            _button(
                f"Download {text.count(len(held))} held out",
                f"{stem}-holdout.csv",
                to_csv(table, index=False),
                "audience_holdout",
            )
        if refused:
            _button(
                f"Download {text.count(refused)} refused",
                f"{stem}-refused.csv",
                to_csv(audience.refused, index=False),
                "audience_refused",
            )


def _made(make: Callable, addressed: pd.Index, data: Loaded, plan: CampaignPlan):
    scores = session.scores_for(data, session.standard_plan()).loc[addressed]
    properties = scores[[name for name in PROPERTIES if name in scores]].round(4)
    properties.insert(0, "segment", " + ".join(plan.campaign.segments))
    properties.insert(0, "campaign", plan.campaign.name)
    try:
        return make(addressed, properties=properties), None
    except DataError as error:
        return None, error


def _button(label: str, name: str, content: bytes, key: str) -> None:
    st.download_button(
        label, content, file_name=name, mime="text/csv", icon=":material/download:", key=key, on_click="ignore"
    )
