"""The addressed customers and the holdout as files for the platforms that send."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.audiences.export import Audience, export_audience
from retention.audiences.platforms import PLATFORMS
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.suppression import consent_needed
from retention.csv_export import to_csv
from retention.errors import DataError
from retention.view import text, widgets
from retention.view.campaigns import rules, segments
from retention.view.session import choices
from retention.view.session.loaded import Loaded
from retention.view.session.people import left_alone, people_for
from retention.view.session.results import scores_for
from retention.view.widgets import file_name

#: Columns of scores that travel with the audience where the platform takes properties.
PROPERTIES = ("p_purchase_30d", "p_alive", "expected_orders", "expected_order_value", "cltv")
ADDRESSED, HOLDOUT = "addressed", "holdout"
UPLOAD, HASHED, SPREADSHEET = "Upload", "Hashed upload", "Spreadsheet"


def draw_audience(data: Loaded, plan: CampaignPlan) -> None:
    """Choose a platform, see what it would refuse, and take both files along."""
    people = people_for(data)
    platform, form = _settings(data, people.contacts)
    make = partial(
        export_audience,
        platform=platform,
        # As they are in the orders: the file tells which of them cannot be used.
        contacts=people.given,
        hashed=form == HASHED,
        default_country=left_alone().home_country or None,
        for_spreadsheet=form == SPREADSHEET,
        consent_required=consent_needed(plan.campaign, left_alone().unknown_consent),
    )
    index = data.customers.index
    addressed, held = index[plan.addressed], index[plan.held_out]
    if not len(addressed):
        st.info("Nobody is addressed, so there is no file.", icon=":material/info:")
        return
    with st.spinner("Checking addresses…") if len(addressed) > 20_000 else nullcontext():
        try:
            audience = make(
                addressed, properties=_properties(data, plan, plan.addressed, ADDRESSED)
            )
            holdout = make(held, properties=_properties(data, plan, plan.held_out, HOLDOUT))
        except DataError as error:
            widgets.problem("This audience cannot be written", error)
            return
    refused = len(audience.refused)
    st.markdown(
        f"**{wording.plural(audience.rows, 'customer')}** in the file"
        + (f", {wording.count(refused)} that the platform would refuse" if refused else "")
        + f": {wording.plural(len(addressed), 'customer')} in the plan."
    )
    for note in audience.notes if audience.rows else ():
        st.caption(f":material/info: {text.plain(note, limit=600)}")
    if refused:
        st.caption(_why(audience))
    if not audience.rows:
        st.warning(
            f"Of the {wording.plural(len(addressed), 'customer')} in the plan nobody could be in this file, for the "
            "reasons above: there is nothing to download."
            + (
                ""
                if platform == "plain"
                else " The plain file needs no address, only the customer number."
            ),
            icon=":material/warning:",
        )
    stem = file_name(plan.campaign.name)
    with st.container(horizontal=True):
        _downloads(audience, ADDRESSED, stem, "audience_file")
        _downloads(holdout, "held out", f"{stem}-{HOLDOUT}", "audience_holdout_file")
        if len(held):
            table = pd.DataFrame(
                {"customer_id": held, "campaign": plan.campaign.name, "group": HOLDOUT}
            )
            _button(
                f"Download the numbers of all {wording.count(len(held))} held out",
                f"{stem}-{HOLDOUT}.csv",
                to_csv(table, index=False),
                "audience_holdout",
            )
        if refused:
            _button(
                f"Download {wording.count(refused)} refused",
                f"{stem}-refused.csv",
                to_csv(audience.refused, index=False),
                "audience_refused",
            )
    if len(held):
        st.caption(_about_holdout(holdout, len(held), form != SPREADSHEET and platform != "plain"))


def _settings(data: Loaded, contacts: pd.DataFrame) -> tuple[str, str]:
    """The platform and how its file is written; where customers without a country are holds for all campaigns."""
    mail = "email" in contacts and bool(contacts["email"].notna().any())
    one, two, three = st.columns([2, 2, 2], gap="medium", vertical_alignment="bottom")
    platforms = list(PLATFORMS)
    platform = one.selectbox(
        "For",
        platforms,
        index=0 if mail else platforms.index("plain"),
        format_func=lambda key: PLATFORMS[key].label,
        # Other orders, another start.
        key="audience_platform" if mail else "audience_platform_without_mail",
    )
    with two:
        rules.home_country(data)
    hashes = PLATFORMS[platform].hashes
    form = three.segmented_control(
        "Written as",
        [UPLOAD, HASHED, SPREADSHEET] if hashes else [UPLOAD, SPREADSHEET],
        default=UPLOAD,
        required=True,
        key=f"audience_form_{hashes}",
        help="An upload holds raw values. A file for a spreadsheet is made safe against formulas, and is not for "
        "uploading. Hashed: SHA-256 of what identifies a person.",
    )
    if not mail:
        phone = "phone" in contacts and bool(contacts["phone"].notna().any())
        st.caption(
            ":material/info: No customer has an e-mail address, and so the plain file is chosen: it goes by customer "
            "numbers." + (" Klaviyo, Google and Meta can match by phone." if phone else "")
        )
    return platform, form


def _properties(data: Loaded, plan: CampaignPlan, rows: np.ndarray, group: str) -> pd.DataFrame:
    """What travels with each customer, by position in the customers, where the platform takes it."""
    scores = scores_for(data, choices.standard_plan()).iloc[rows]
    who = {
        "campaign": plan.campaign.name,
        # Of several segments the first in the campaign's order.
        "segment": segments.first_of(data, plan.campaign.segments)[rows],
        "stage": segments.stages(data)[rows],
        "group": group,
    }
    properties = pd.DataFrame(who, index=scores.index)
    return properties.join(scores[[name for name in PROPERTIES if name in scores]].round(4))


def _why(audience: Audience) -> str:
    reasons = audience.refused["reason"].value_counts()
    return (
        "; ".join(text.plain(f"{wording.count(n)} {reason}") for reason, n in reasons.items()) + "."
    )


def _about_holdout(holdout: Audience, held: int, uploads: bool) -> str:
    """What the files of those held out are for, and who is missing from the platform's."""
    said = []
    if not holdout.rows:
        said.append(
            f"No file of the {wording.plural(held, 'customer')} held out: none of them could be in it."
        )
    elif uploads:
        said.append(
            "Upload those held out as an exclusion, so that no other mailing of this campaign reaches them."
        )
    if holdout.rows and len(holdout.refused):
        said.append(f"Not in it: {_why(holdout)}")
    said.append(
        "The plain file has the numbers of all who are held out, to compare their orders with afterwards."
    )
    return f":material/info: {' '.join(said)}"


def _downloads(audience: Audience, who: str, stem: str, key: str) -> None:
    """A button for each part of a file; none where nobody is in it."""
    if not audience.rows:
        return
    parts = audience.parts
    for number, content in enumerate(parts, 1):
        several = len(parts) > 1
        _button(
            f"Download {wording.count(audience.rows)} {who}"
            + (f", part {number} of {len(parts)}" if several else ""),
            f"{stem}-{audience.file_name.removesuffix('.csv')}{f'-{number}' if several else ''}.csv",
            content,
            f"{key}_{number}",
        )


def _button(label: str, name: str, content: bytes, key: str) -> None:
    st.download_button(
        label,
        content,
        file_name=name,
        mime="text/csv",
        icon=":material/download:",
        key=key,
        on_click="ignore",
    )
