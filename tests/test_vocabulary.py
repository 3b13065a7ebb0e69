"""A word means one set of people: no name of a group stands for two rules."""

import re
from collections.abc import Iterator

from retention import RFM_GROUPS, ready_made
from retention.charts.scorecard import STEPS
from retention.own_segments.ready_made import ReadyMade
from retention.own_segments.rule_files import rule_data
from retention.playbook import left_out
from retention.segments.labels import LABELS, STAGE_LABELS, TRAIT_LABELS
from retention.segments.rfm import CONVENTIONAL_NAMES
from retention.view.campaigns.segments import EVERYBODY
from retention.view.movement.words import TITLES
from tests.own_segments.examples import small_features


def plain(name: str) -> str:
    """A name as it is compared: without case, marks, plurals and “customers”."""
    words = re.findall(r"[a-z0-9%]+", name.casefold())
    singular = [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words]
    return " ".join(word for word in singular if word != "customer")


def rule_of(ready: ReadyMade) -> str:
    """The rule of a ready-made segment; that of a lifecycle stage where it asks for one."""
    data = rule_data(ready.rule)
    parts = data.get("all", [])
    if len(parts) == 1 and parts[0]["feature"] == "stage" and len(parts[0]["value"]) == 1:
        return f"group {parts[0]['value'][0]}"
    return str(data)


def names() -> Iterator[tuple[str, str]]:
    """Every name of a group of customers in the app, with the rule that it stands for."""
    yield EVERYBODY, "everybody"
    yield from ((label, f"group {key}") for key, label in LABELS.items())
    yield from ((name, f"rfm {name}") for name in RFM_GROUPS)
    yield from ((ready.name, rule_of(ready)) for ready in ready_made(small_features()))
    yield from ((title, f"movement {key}") for key, title in TITLES.items())
    yield from ((label, f"bridge {key}") for key, (label, _) in STEPS.items())
    yield from ((rule.who, f"left out {rule.key}") for rule in left_out(True))


def test_no_name_stands_for_two_rules():
    rules: dict[str, str] = {}
    for name, rule in names():
        assert rules.setdefault(plain(name), rule) == rule, name
    assert len(rules) > 50


def test_no_title_holds_the_word_of_a_stage_or_trait_that_it_is_not():
    groups = {plain(label): f"group {key}" for key, label in LABELS.items()}
    for name, rule in names():
        words = f" {plain(name)} "
        held = {group for word, group in groups.items() if f" {word} " in words}
        # A movement is named after the stage that it ends in.
        if not rule.startswith("movement"):
            assert held <= {rule}, name


def test_what_practitioners_call_other_groups_is_no_name_here():
    taken = {plain(name) for name, _ in names()}
    for name, theirs in CONVENTIONAL_NAMES.items():
        assert plain(theirs) not in taken - {plain(label) for label in STAGE_LABELS.values()}
        assert plain(name) in taken


def test_stages_and_traits_keep_the_plain_words():
    assert [*STAGE_LABELS.values()] == [
        *("New", "First-time", "Repeat", "Loyal", "VIP", "At risk", "Lapsed")
    ]
    assert not set(STAGE_LABELS.values()) & set(TRAIT_LABELS.values())
