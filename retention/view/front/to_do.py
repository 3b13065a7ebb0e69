"""“Do this next”: the actions that should bring most, each with the campaign that does it."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.actions.action import NextAction, NextActions
from retention.actions.facts import ActionFacts
from retention.actions.ranking import (
    channels_of,
    largest_gap,
    next_actions_of,
    priced,
)
from retention.actions.second_wait import SecondWait, second_wait
from retention.campaigns.campaign import Campaign, Channel, soonest_day
from retention.errors import ModelError
from retention.experiments.campaign_test import CampaignTest, MeasuredLift, left_to_tests
from retention.experiments.learning import lift_source
from retention.kept_work.made import FixedChoice, LeftAlone
from retention.models.next_order import silence_chance
from retention.models.uncertainty import value_uncertainty
from retention.playbook import strategy_of
from retention.random_draws import customer_hashes
from retention.reports.breakdown import Breakdown
from retention.reports.metric_gaps import Gap
from retention.segments.rules import SegmentRules
from retention.segments.stages import assign_codes, label_frame
from retention.view import page_table, text
from retention.view.session import campaign_tests, campaigns as state, choices
from retention.view.session.cache import kept
from retention.view.session.contact import contact_costs
from retention.view.session.fixed_choices import CHOSEN, choices_of, keep_choice
from retention.view.session.loaded import Loaded
from retention.view.session.people import left_alone, people_for, suppressed
from retention.view.session.reorders import kinds_of, reorders_for
from retention.view.session.results import (
    model_for,
    order_history_for,
    scores_for,
    uncertainty_for,
)
from retention.view.session.segments import basis_for
from retention.view.session.store_settings import store_settings

PAGE = "pages/campaigns.py"
#: Characters of the longest sentence on a card, and of a campaign's name.
LONGEST, LONGEST_NAME = 600, 80


def place() -> DeltaGenerator:
    """Return the place of the actions, to be filled once the rest of the page is drawn."""
    with st.container(key="next-actions"):
        st.subheader("Do this next", anchor=False)
        where = st.empty()
        where.caption("Looking for what should bring most…")
        return where


def fill(where: DeltaGenerator, data: Loaded, conclusion: DeltaGenerator) -> None:
    """Draw the actions, or what would bring some.

    Args:
        where: From `place`.
        data: The session's data.
        conclusion: The place of the page's first sentence.
    """
    with where.container(key="next-actions-filled"):
        found = actions_for(data)
        planned = sum(_is_planned(data, action) for action in found.actions)
        conclusion.markdown(conclusion_of(found, planned))
        _draw_finished_tests(data)
        for action in found.actions:
            _draw_action(data, action)
        if found.actions:
            st.caption(f"No customer is on two lists. {lift_words(found)}")
        else:
            st.info(
                "No action can be proposed from these orders yet.",
                icon=":material/hourglass_empty:",
            )
        if not data.orders.has_amounts and choices.order_value() is None:
            st.page_link(PAGE, label="Say what an order brings", icon=":material/payments:")
        if found.missing:
            lines = [f"- {text.plain(sentence, LONGEST)}" for sentence in found.missing]
            with st.expander("What would bring more", expanded=not found.actions):
                st.markdown("\n".join(lines))


def conclusion_of(found: NextActions, planned: int = 0) -> str:
    """How many actions there are, for how many customers, and what they should bring.

    Args:
        found: The actions.
        planned: How many of them a kept campaign has.
    """
    if not found.actions:
        return "**Nothing can be proposed for this week yet.** What would bring more stands below."
    actions = found.actions
    customers = wording.plural(sum(action.number for action in actions), "customer")
    gain = wording.money(
        sum(action.gain.expected for action in actions), actions[0].currency, short=True
    )
    things = wording.plural(len(actions), "thing")
    lead = f"**{things} to do this week** for {customers}"
    if planned == len(actions):
        lead = f"**All is planned for this week**: {things} for {customers}"
    elif planned:
        lead += f", of which {wording.count(planned)} {'is' if planned == 1 else 'are'} planned"
    return (
        f"{lead}{'; ' if planned else ': '}together they should bring **{text.plain(gain)}** after "
        "their cost."
    )


def lift_words(found: NextActions) -> str:
    """What the lifts of the actions' campaigns rest on.

    Args:
        found: The actions; at least one.
    """
    measured = [action.campaign.terms.lift_tests > 0 for action in found.actions]
    if all(measured):
        return "What a campaign brings rests on the lift that your tests have measured."
    if any(measured):
        number = wording.count(sum(measured))
        return (
            f"For {number} of {wording.count(len(measured))}, what a campaign brings rests on your "
            "tests, else on an assumed lift."
        )
    return "What a campaign brings rests on an assumed lift, which you can change and measure."


def actions_for(data: Loaded) -> NextActions:
    """Return what to do next, by the session's thresholds and rules for campaigns."""
    order_value = None if data.orders.has_amounts else choices.order_value()
    costs = tuple(contact_costs(data).items())
    # Names are a visitor's own, and change nothing: they stay out of the key.
    lifts = tuple(replace(lift, name="") for lift in campaign_tests.lifts())
    tests = campaign_tests.running_on(soonest_day(data.orders.end))
    return _actions(
        data,
        choices.segment_rules(),
        left_alone(),
        costs,
        order_value,
        lifts,
        tuple(campaign_tests.digest_of(test) for test in tests),
        _tests=tests,
    )


def open_campaign(data: Loaded, action: NextAction) -> None:
    """Put an action's campaign on the table, addressed to its people, and open its page."""
    segment = keep_choice(
        FixedChoice(
            name=action.name,
            about=action.reason,
            customers=action.customers,
            digest=data.orders.digest,
        )
    )
    strategy = strategy_of(action.campaign.strategy)
    called = f"{strategy.name if strategy else 'Own campaign'}: {action.name}"
    name = state.free_name(called[:LONGEST_NAME])
    # It holds out the customers whom the card counts: the key that draws them stays.
    state.put_on_table(replace(action.campaign, segments=(segment,), name=name))
    st.session_state[state.PLACE] = state.PLAN
    page_table.go_to(PAGE)


def _draw_finished_tests(data: Loaded) -> None:
    """The campaigns whose test is finished and whose result nobody has looked at."""
    tests = campaign_tests.unread(data.orders.end)
    if not tests:
        return
    quoted = [f"“{text.one_line(test.name, 60)}”" for test in tests]
    names = " and ".join(quoted)
    if len(quoted) > 2:
        names = f"{quoted[0]} and {wording.plural(len(quoted) - 1, 'more campaign')}"
    many = len(tests) > 1
    with (
        st.container(border=True, key="action-results"),
        st.container(horizontal=True, vertical_alignment="center", gap="medium", key="row-results"),
    ):
        with st.container(gap="xsmall", width="stretch"):
            st.markdown(
                f"**{'Your campaigns are' if many else 'Your campaign is'} over: "
                f"{text.plain(names, LONGEST)}.** See what {'they' if many else 'it'} brought "
                "beside the customers who were held out."
            )
        if st.button(
            "Read the results" if many else "Read the result",
            icon=":material/science:",
            key="read-results",
        ):
            campaign_tests.open_next(tests[0].name)
            page_table.go_to(campaign_tests.RESULTS_PAGE)


def _draw_action(data: Loaded, action: NextAction) -> None:
    with (
        st.container(border=True, key=f"action-{action.key}"),
        st.container(
            horizontal=True,
            vertical_alignment="center",
            gap="medium",
            key=f"row-{action.key}",
        ),
    ):
        with st.container(gap="xsmall", width="stretch"):
            st.markdown(
                f"**{text.plain(action.reason, LONGEST)}** {text.plain(action.promise, LONGEST)}"
            )
            st.caption(text.plain(action.contactability, LONGEST))
        if _is_planned(data, action):
            st.markdown(":green[:material/check_circle:] Planned", width="content")
        elif st.button("Plan it", icon=":material/edit_calendar:", key=f"plan-{action.key}"):
            open_campaign(data, action)


def _is_planned(data: Loaded, action: NextAction) -> bool:
    """Whether a kept campaign addresses the action's people, and has not gone out yet."""
    chosen = {choice.name for choice in choices_of(data)}
    return action.name in chosen and any(
        CHOSEN + action.name in campaign.segments
        and not campaign_tests.is_out(campaign, data.orders.end)
        for campaign in state.kept()
    )


@kept(max_entries=4, by_plan=True, by_signals=True, spinner="Looking for what should bring most…")
def _actions(
    data: Loaded,
    rules: SegmentRules,
    leave: LeftAlone,
    costs: tuple[tuple[Channel, float], ...],
    order_value: float | None,
    lifts: tuple[MeasuredLift, ...],
    tests: tuple[str, ...],  # noqa: ARG001 - a part of the key
    _tests: tuple[CampaignTest, ...],
) -> NextActions:
    source = lift_source(lifts)
    try:
        facts = replace(
            _facts(data, rules, order_value), contact_costs=dict(costs), lift_source=source
        )
    except ModelError as error:
        return NextActions(actions=(), missing=(str(error),))
    held = left_to_tests(_tests, data.customers.index)

    def suppress(campaign: Campaign) -> dict[str, np.ndarray]:
        return held | suppressed(campaign, data, leave)

    hashes = customer_hashes(data.customers.index)
    margin = store_settings().margin
    return next_actions_of(facts, suppress, margin=margin, hashes=hashes)


def _facts(data: Loaded, rules: SegmentRules, order_value: float | None) -> ActionFacts:
    """What actions rest on, from what the session has computed."""
    model = priced(model_for(data), order_value)
    plan, steady = choices.standard_plan(), _steady_facts(data, order_value)
    value = (
        uncertainty_for(data, plan)
        if data.orders.has_amounts
        else value_uncertainty(model, data.customers, **plan.terms())
    )
    codes = assign_codes(basis_for(data, rules.ready_days).inputs, rules)
    return ActionFacts(
        customers=data.customers,
        model=model,
        value=value,
        labels=label_frame(codes, data.customers.index),
        rules=rules,
        silence_chance=steady.silence_chance,
        p_alive=scores_for(data, plan)["p_alive"].to_numpy(float),
        second_wait=steady.second_wait,
        channels=steady.channels,
        gap=steady.gap,
        gap_missing=steady.gap_missing,
        reorders=reorders_for(data, "product") if "product" in kinds_of(data.orders) else None,
        contacts=people_for(data).contacts,
        currency=data.orders.currency,
    )


class _SteadyFacts(NamedTuple):
    """The fields of `ActionFacts` that no margin, cost or threshold moves."""

    silence_chance: np.ndarray
    second_wait: SecondWait
    channels: Breakdown | None
    gap: Gap | None
    gap_missing: str


@kept(max_entries=2, by_model=True, by_orders_alone=True)
def _steady_facts(data: Loaded, order_value: float | None) -> _SteadyFacts:
    model, history = priced(model_for(data), order_value), order_history_for(data)
    gap, gap_missing = largest_gap(history, model, data.customers)
    return _SteadyFacts(
        silence_chance=silence_chance(model, data.customers),
        second_wait=second_wait(history),
        channels=channels_of(data.orders),
        gap=gap,
        gap_missing=gap_missing,
    )
