"""A campaign that another tool has sent: its lists become a test of the session."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta

import streamlit as st

from retention import wording
from retention.campaigns.campaign import Campaign, Message
from retention.campaigns.terms import MAIN, Terms
from retention.errors import RetentionError
from retention.experiments.campaign_test import CampaignTest
from retention.experiments.groups import ListedGroups, likely_control, read_groups
from retention.models.model import MAX_HORIZON_DAYS
from retention.periods import Window
from retention.signal_files.read import open_signals
from retention.view import text, widgets
from retention.view.results import sent_list
from retention.view.results.costs import draw_costs
from retention.view.session import campaign_tests
from retention.view.session.loaded import Loaded
from retention.view.session.people import contacts_for
from retention.view.session.store_settings import store_settings

ONE, TWO = "One list with a group column", "Two lists"
#: What the groups of two lists are called.
ADDRESSED, CONTROL = "Addressed", "Held out"
NOBODY = "Nobody was held out"
_DRAFT, _ROUND = "results_list_draft", "results_list_round"
_LONGEST_NAME = 80
#: Days of a test until the visitor says otherwise.
_USUAL_DAYS = 28


def draw_lists(data: Loaded, *, is_open: bool = False) -> None:
    """Draw the way from a list of any tool to a test.

    Args:
        data: The session's data.
        is_open: Whether it is unfolded at first.
    """
    with st.expander("Measure a campaign from a list", expanded=is_open, icon=":material/list:"):
        st.caption(
            "From Klaviyo, Mailchimp, Excel or any other tool. Customers are matched by e-mail "
            "address, number or phone. The lists become a part of your work."
        )
        kind = st.segmented_control(
            "What do you have?", [ONE, TWO], default=ONE, required=True, key="results_list_kind"
        )
        files = _upload(kind)
        if files is None:
            return
        try:
            columns = _choose_columns(files) if kind == ONE else {}
            listed = _read(data, files, columns)
        except RetentionError as error:
            widgets.problem("This list cannot be read", error)
            return
        _draw_read(listed)
        _draw_form(data, listed)


def _key(name: str) -> str:
    return f"results_list_{name}_{st.session_state.get(_ROUND, 0)}"


def _upload(kind: str) -> dict[str | None, tuple[str, bytes]] | None:
    """The files by the group that they hold; None while one is missing."""
    if kind == ONE:
        upload = st.file_uploader("List of customers with their group", key=_key("one"))
        return None if upload is None else {None: (upload.name, upload.getvalue())}
    left, right = st.columns(2, gap="medium")
    addressed = left.file_uploader("Who was addressed", key=_key("addressed"))
    held_out = right.file_uploader("Who was held out", key=_key("held_out"))
    if addressed is None or held_out is None:
        return None
    return {
        ADDRESSED: (addressed.name, addressed.getvalue()),
        CONTROL: (held_out.name, held_out.getvalue()),
    }


def _choose_columns(files: Mapping[str | None, tuple[str, bytes]]) -> dict[str, str]:
    """The columns that the visitor has chosen in place of those that are found."""
    name, content = next(iter(files.values()))
    sheet = open_signals(content, name)
    names = list(sheet.columns)
    sheet.release()
    left, right = st.columns(2, gap="medium")
    found = "As found"
    chosen = {
        role: box.selectbox(
            label,
            [found, *names],
            format_func=lambda column: text.one_line(column, 80),
            key=_key(f"column_{role}"),
        )
        for role, label, box in (
            ("customer", "Column of the customer", left),
            ("group", "Column of the group", right),
        )
    }
    return {role: column for role, column in chosen.items() if column != found}


def _read(
    data: Loaded, files: Mapping[str | None, tuple[str, bytes]], columns: Mapping[str, str]
) -> ListedGroups:
    """The groups of the lists, read once for the same files, columns and orders."""
    digest = hashlib.sha256(data.orders.digest.encode())
    for group, (name, content) in files.items():
        digest.update(repr((group, name, len(content))).encode())
        digest.update(content)
    key = digest.hexdigest() + repr(sorted(columns.items()))
    known = st.session_state.get(_DRAFT)
    if known is not None and known[0] == key:
        listed: ListedGroups = known[1]
        return listed
    with st.spinner("Matching customers…"):
        name, content = next(iter(files.values()))
        source = (
            content
            if None in files
            else {group: part for group, (_, part) in files.items() if group is not None}
        )
        listed = read_groups(
            source, contacts_for(data), columns, name=name if None in files else None
        )
    st.session_state[_DRAFT] = key, listed
    return listed


def _draw_read(listed: ListedGroups) -> None:
    st.success(text.plain(listed.words(), 600), icon=":material/check_circle:")
    columns = [
        f"{'customers' if role == 'customer' else 'groups'} from “{text.one_line(column, 60)}”"
        for role, column in listed.columns.items()
    ]
    sizes = [
        f"{text.one_line(name, 40)} {wording.count(size)}" for name, size in listed.sizes.items()
    ]
    read = " and ".join(columns)
    st.caption(text.plain(f"Read: {read}. Groups: {', '.join(sizes)}.", 600))
    if not len(listed.groups) - listed.without_orders:
        st.warning("No customer of the list has a valid order here.", icon=":material/warning:")


def _draw_form(data: Loaded, listed: ListedGroups) -> None:
    """What the list does not say: the control, the name, the days, the cost and the offer."""
    end = data.orders.end
    groups = list(listed.sizes)
    likely = likely_control(groups)
    options = [*groups, NOBODY]
    control = st.radio(
        "Which group got nothing?",
        options,
        index=options.index(likely) if likely in options else len(options) - 1,
        format_func=lambda group: text.plain(group, 60),
        horizontal=True,
        key=_key(f"control_{len(groups)}"),
    )
    # The last day of the orders may not be whole.
    latest = max(end - timedelta(days=1), data.orders.start)
    usual = max(latest - timedelta(days=_USUAL_DAYS - 1), data.orders.start)
    name_box, first_box, last_box = st.columns([2, 1, 1], gap="medium")
    name = name_box.text_input(
        "Name of the campaign", max_chars=_LONGEST_NAME, placeholder="Spring mail", key=_key("name")
    )
    first = first_box.date_input("First day", usual, format="YYYY-MM-DD", key=_key("first"))
    last = last_box.date_input(
        "Last day that counts", latest, format="YYYY-MM-DD", key=_key("last")
    )
    control = "" if control == NOBODY else control
    customers = listed.groups["customer_id"]
    cost, offer = draw_costs(
        data,
        customers[listed.groups["group"] != control],
        customers,
        (first, last),
        _key("terms"),
    )
    margin = store_settings().margin
    widgets.settings_line(
        f"{wording.percent(margin)} of the price is left after the goods.", "results"
    )
    sent = st.file_uploader("Who was really sent it (optional)", key=_key("sent"))
    problem = _problem(name, first, last)
    if st.button("Measure it", type="primary", icon=":material/science:", key=_key("go")):
        if problem:
            st.warning(problem, icon=":material/warning:")
            return
        try:
            test = test_of(
                listed,
                name=name.strip(),
                first=first,
                last=last,
                control=control,
                terms=Terms(contact_cost=cost, margin=margin, offer=offer),
            )
            reached = (
                None if sent is None else sent_list.read_customers(sent.getvalue(), sent.name, data)
            )
        except RetentionError as error:
            widgets.problem("This campaign cannot be measured", error)
            return
        _keep(test, reached)


def _problem(name: str, first: date, last: date) -> str:
    if not name.strip():
        return "Give the campaign a name."
    if campaign_tests.test_named(name.strip()) is not None:
        return "Another campaign has this name. Give this one a name of its own."
    if last < first:
        return "The last day lies before the first one. Exchange the days."
    if (last - first).days >= MAX_HORIZON_DAYS:
        return f"A test has up to {wording.days(MAX_HORIZON_DAYS)}. Choose an earlier last day."
    return ""


def test_of(
    listed: ListedGroups, *, name: str, first: date, last: date, control: str, terms: Terms
) -> CampaignTest:
    """Return the groups of a list as a test.

    Args:
        listed: The groups.
        name: What the campaign is called.
        first: The first day that counts.
        last: The last day that counts.
        control: The group that got nothing; "" where there is none.
        terms: What a message, an offer and the goods cost.

    Raises:
        DataError: A setting is out of range.
    """
    campaign = Campaign(
        name=name,
        messages=(Message(0, offer=MAIN if terms.offer.kind != "none" else ""),),
        window_days=Window(first, last).days,
        terms=terms,
        holdout_share=0.0,
        starts_on=first,
    )
    return CampaignTest(
        campaign=campaign, groups=listed.groups, start=first, end=last, control=control
    )


def _keep(test: CampaignTest, reached: frozenset[str] | None) -> None:
    campaign_tests.keep_test(test)
    if reached is not None:
        campaign_tests.keep_sent(test.name, reached)
    campaign_tests.open_next(test.name)
    st.session_state.pop(_DRAFT, None)
    # Another round has other controls: an uploader keeps its file otherwise.
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()
