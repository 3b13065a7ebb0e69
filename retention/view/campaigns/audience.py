"""The addressed customers and the holdout as files for the platforms that send."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.audiences.export import Audience, export_audience
from retention.audiences.platforms import PLATFORMS, Platform
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.suppression import consent_needed
from retention.errors import DataError
from retention.products.due import due_columns
from retention.view import customer_lists, text, widgets
from retention.view.campaigns import rules, segments
from retention.view.session import campaign_tests, choices
from retention.view.session.contact import REMINDER, contact_for, has_consent
from retention.view.session.loaded import Loaded
from retention.view.session.people import left_alone, people_for
from retention.view.session.reorders import reorders_for
from retention.view.session.results import next_products_for, scores_for
from retention.view.session.store_settings import store_settings

#: Columns of scores that travel with the audience where the platform takes properties.
PROPERTIES = ("p_purchase_30d", "p_alive", "expected_orders", "expected_order_value", "cltv")
#: The column of the product that a customer is likeliest to buy next.
DUE_PRODUCT, NEXT_PRODUCT = "due_product", "next_product_1"
ADDRESSED = "addressed"
HOLDOUT = "holdout"
UPLOAD = "Upload"
HASHED = "Hashed upload"
SPREADSHEET = "Spreadsheet"
#: Customers from which checking their addresses takes long enough to say so.
MANY_CUSTOMERS = 20_000


class _Settings(NamedTuple):
    """The platform's key, how its file is written, and whether it names products."""

    platform: str
    form: str
    next_products: bool


class _Files(NamedTuple):
    """The customers of a plan, and the files of both groups."""

    addressed: pd.Index
    held_out: pd.Index
    audience: Audience
    holdout: Audience


def draw_audience(data: Loaded, plan: CampaignPlan) -> None:
    """Choose a platform, see what it would refuse, and take both files along."""
    settings = _draw_settings(data, people_for(data).contacts, plan.campaign.strategy)
    if not len(plan.addressed):
        st.info("Nobody is addressed, so there is no file.", icon=":material/info:")
        return
    busy = plan.economics.customers > MANY_CUSTOMERS
    with st.spinner("Checking addresses…") if busy else nullcontext():
        try:
            files = _files(data, plan, settings)
        except DataError as error:
            widgets.problem("This audience cannot be written", error)
            return
    _draw_contents(files.audience, len(files.addressed), settings.platform)
    _draw_contact(data, plan, PLATFORMS[settings.platform])
    _draw_downloads(data, plan, files)
    if len(files.held_out):
        uploads = settings.form != SPREADSHEET and settings.platform != "plain"
        st.caption(_about_holdout(files.holdout, len(files.held_out), uploads))


def _draw_settings(data: Loaded, contacts: pd.DataFrame, strategy: str) -> _Settings:
    """The platform and how its file is written; the home country holds for all campaigns."""
    mail = "email" in contacts and bool(contacts["email"].notna().any())
    left, middle, right = st.columns([2, 2, 2], gap="medium", vertical_alignment="bottom")
    platforms = list(PLATFORMS)
    platform = left.selectbox(
        "For",
        platforms,
        index=0 if mail else platforms.index("plain"),
        format_func=lambda key: PLATFORMS[key].label,
        # Other orders, another start.
        key="audience_platform" if mail else "audience_platform_without_mail",
    )
    with middle:
        rules.draw_home_country(data)
    hashes = PLATFORMS[platform].hashes
    form = right.segmented_control(
        "Written as",
        [UPLOAD, HASHED, SPREADSHEET] if hashes else [UPLOAD, SPREADSHEET],
        default=UPLOAD,
        required=True,
        key=f"audience_form_{hashes}",
        help="An upload holds raw values. A file for a spreadsheet is made safe against formulas, "
        "and is not for uploading. Hashed: SHA-256 of what identifies a person.",
    )
    if not mail and platform == "plain":
        phone = "phone" in contacts and bool(contacts["phone"].notna().any())
        st.caption(
            ":material/info: No customer has an e-mail address, and so the plain file is chosen: "
            "it goes by customer numbers."
            + (" Klaviyo, Google and Meta can match by phone." if phone else "")
        )
    return _Settings(
        platform=platform,
        form=form,
        next_products=_draw_next_products(data, PLATFORMS[platform], strategy),
    )


def _draw_next_products(data: Loaded, platform: Platform, strategy: str) -> bool:
    """Whether the file says what is due and likely next; asked where the orders name products.

    A reminder of what customers usually order needs it, and has it unless the marketer says no.
    """
    if "product" not in data.orders.table.columns or not platform.properties:
        return False
    is_reminder = strategy == REMINDER
    chosen = st.checkbox(
        "Add products: due and likely next",
        value=is_reminder,
        # Another strategy, another start.
        key=f"audience_next_products_{is_reminder}",
        help="Five columns: the product that is due this week or next and its day, where one is; "
        "and three that are likely next: own ones, what follows, and best sellers. Products, “What "
        "they buy next”, says how often that was right in this store.",
    )
    due, likely = platform.merge_field_of(DUE_PRODUCT), platform.merge_field_of(NEXT_PRODUCT)
    if chosen and due and likely:
        st.caption(
            f":material/info: In a message, `{due}` stands for the product that is due, and "
            f"`{likely}` for the likeliest one."
        )
    return chosen


def _files(data: Loaded, plan: CampaignPlan, settings: _Settings) -> _Files:
    write = partial(
        export_audience,
        platform=settings.platform,
        # As they are in the orders: the file tells which of them cannot be used.
        contacts=people_for(data).given,
        hashed=settings.form == HASHED,
        default_country=store_settings().home_country or None,
        for_spreadsheet=settings.form == SPREADSHEET,
        consent_required=consent_needed(plan.campaign, left_alone().unknown_consent),
    )
    index = data.customers.index
    addressed, held_out = plan.addressed, plan.held_out
    return _Files(
        addressed=index[addressed],
        held_out=index[held_out],
        audience=write(
            index[addressed], properties=_properties(data, plan, addressed, ADDRESSED, settings)
        ),
        holdout=write(
            index[held_out], properties=_properties(data, plan, held_out, HOLDOUT, settings)
        ),
    )


def _properties(
    data: Loaded, plan: CampaignPlan, rows: np.ndarray, group: str, settings: _Settings
) -> pd.DataFrame:
    """The columns beside each customer; `rows` are positions in the customers' frame."""
    scores = scores_for(data, choices.standard_plan()).iloc[rows]
    described = pd.DataFrame(
        {
            "campaign": plan.campaign.name,
            # Of several segments the first in the campaign's order.
            "segment": segments.first_of(data, plan.campaign.segments)[rows],
            "stage": segments.stages(data)[rows],
            "group": group,
        },
        index=scores.index,
    )
    described = described.join(scores[[name for name in PROPERTIES if name in scores]].round(4))
    contact = contact_for(data).iloc[rows].astype("str")
    if "consent" in PLATFORMS[settings.platform].columns and has_consent(data):
        contact = contact.drop(columns="consent")  # the platform's own column has it
    described = described.join(contact)
    if not settings.next_products:
        return described
    due = due_columns(reorders_for(data, "product"))
    products = due.join(next_products_for(data), how="outer").reindex(described.index)
    return described.join(products.fillna(""))


def _draw_contents(audience: Audience, customers: int, platform: str) -> None:
    """How many customers are in the file, what to know of it, and who is refused why."""
    refused = len(audience.refused)
    st.markdown(
        f"**{wording.plural(audience.rows, 'customer')}** in the file"
        + (f", {wording.count(refused)} that the platform would refuse" if refused else "")
        + f": {wording.plural(customers, 'customer')} in the plan."
    )
    for note in audience.notes if audience.rows else ():
        st.caption(f":material/info: {text.plain(note, limit=600)}")
    if refused:
        st.caption(_refusals(audience))
    if not audience.rows:
        st.warning(
            f"Of the {wording.plural(customers, 'customer')} in the plan nobody could be in this "
            "file, for the reasons above: there is nothing to download."
            + (
                ""
                if platform == "plain"
                else " The plain file needs no address, only the customer number."
            ),
            icon=":material/warning:",
        )


def _draw_contact(data: Loaded, plan: CampaignPlan, platform: Platform) -> None:
    """How many of the addressed may be written to, and where the files say so."""
    contact = contact_for(data).iloc[plan.addressed]
    words = customer_lists.contact_sentence(contact, known=has_consent(data))
    if not platform.properties:
        words += f" {platform.label} takes no column that says so: nobody who opted out is in it."
    st.caption(text.plain(words, limit=600))


def _draw_downloads(data: Loaded, plan: CampaignPlan, files: _Files) -> None:
    campaign = plan.campaign.name
    stem, refused = widgets.file_name(campaign), files.audience.refused
    contact, end = contact_for(data), data.orders.end
    keep = partial(campaign_tests.goes_out, plan, end)
    with st.container(horizontal=True):
        _draw_file(files.audience, ADDRESSED, stem, "audience_file", keep)
        _draw_file(files.holdout, "held out", f"{stem}-{HOLDOUT}", "audience_holdout_file", keep)
        if len(files.held_out):
            table = pd.DataFrame({"campaign": campaign, "group": HOLDOUT}, index=files.held_out)
            _draw_button(
                f"Download customer numbers of all held out ({wording.count(len(table))})",
                f"{stem}-{HOLDOUT}.csv",
                customer_lists.list_csv(lambda: table, contact),
                "audience_holdout",
                keep,
            )
        if len(refused):
            _draw_button(
                f"Download {wording.count(len(refused))} refused",
                f"{stem}-refused.csv",
                customer_lists.list_csv(lambda: refused.set_index("customer_id"), contact),
                "audience_refused",
            )
    if files.audience.rows:
        _draw_kept_groups(plan, end)


def _draw_kept_groups(plan: CampaignPlan, end: date) -> None:
    """Whether both groups are kept for Results, and which draw is."""
    test = campaign_tests.test_named(plan.campaign.name)
    if test is None:
        st.caption(
            ":material/science: A download keeps both groups, so that Results can tell what the "
            "campaign brought."
        )
        return
    start = wording.day(test.start)
    with st.container(horizontal=True, vertical_alignment="center"):
        if plan.reachable.held is not None and not campaign_tests.has_begun(test, end):
            st.markdown(
                ":green[:material/check_circle:] Both groups were kept: Results reads them once "
                f"newer orders are loaded. It starts on {start}, and these files hold the kept "
                "groups.",
                width="stretch",
            )
            st.button(
                "Draw them anew",
                icon=":material/restart_alt:",
                key="audience_draw_anew",
                type="tertiary",
                on_click=campaign_tests.forget_test,
                args=(test.name,),
                help="Lets go of the kept groups. The plan then follows the orders that are "
                "loaded, until a download keeps both groups again.",
            )
        elif not campaign_tests.has_begun(test, end):
            st.markdown(
                ":green[:material/check_circle:] Both groups were kept: Results reads them once "
                f"newer orders are loaded. It starts on {start}; until then a new download "
                "replaces them.",
                width="stretch",
            )
        else:
            st.markdown(
                f":green[:material/check_circle:] This campaign began on {start}, and the groups "
                "of that day stay: these files hold them.",
                width="stretch",
            )
            st.button(
                "Start again",
                icon=":material/restart_alt:",
                key="audience_start_again",
                type="tertiary",
                on_click=campaign_tests.goes_out,
                args=(plan, end),
                kwargs={"again": True},
                help="Counts both groups from today on, if it did not go out. What the campaign "
                "brought so far is then no longer measured.",
            )
        st.page_link(campaign_tests.RESULTS_PAGE, label="Open Results", icon=":material/science:")


def _refusals(audience: Audience) -> str:
    reasons = audience.refused["reason"].value_counts()
    listed = (text.plain(f"{wording.count(count)} {reason}") for reason, count in reasons.items())
    return "; ".join(listed) + "."


def _about_holdout(holdout: Audience, held_out: int, uploads: bool) -> str:
    """What the files of the held-out customers are for, and who is not in the platform's."""
    sentences = []
    if not holdout.rows:
        sentences.append(
            f"No file of the {wording.plural(held_out, 'customer')} held out: none of them could "
            "be in it."
        )
    elif uploads:
        sentences.append(
            "Upload those held out as an exclusion, so that no other mailing of this campaign "
            "reaches them."
        )
    if holdout.rows and len(holdout.refused):
        sentences.append(f"Not in it: {_refusals(holdout)}")
    sentences.append(
        "The plain file has the numbers of all who are held out, to compare their orders with "
        "afterwards."
    )
    return f":material/info: {' '.join(sentences)}"


def _draw_file(
    audience: Audience, group: str, stem: str, key: str, keep: Callable[[], None]
) -> None:
    """A button for each part of a file; none where nobody is in it. A click keeps both groups."""
    if not audience.rows:
        return
    parts, count = audience.parts, wording.count(audience.rows)
    name = f"{stem}-{audience.file_name.removesuffix('.csv')}"
    for number, content in enumerate(parts, 1):
        several = len(parts) > 1
        _draw_button(
            f"Download {count} {group}" + (f", part {number} of {len(parts)}" if several else ""),
            f"{name}-{number}.csv" if several else f"{name}.csv",
            content,
            f"{key}_{number}",
            keep,
        )


def _draw_button(
    label: str, name: str, content: bytes, key: str, keep: Callable[[], None] | None = None
) -> None:
    widgets.download_button(
        label,
        content,
        file_name=name,
        mime="text/csv",
        icon=":material/download:",
        key=key,
        on_click=keep or "ignore",
    )
