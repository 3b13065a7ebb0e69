"""The catalogue of features: every table of the file, and what it becomes."""

import tomllib
from pathlib import Path

import pytest

from retention.own_segments import catalogue
from retention.own_segments.catalogue import FEATURES, GROUPS, KINDS
from retention.segments.rules import TRAITS

ROWS = tomllib.loads(
    Path(catalogue.__file__).with_suffix(".toml").read_text(encoding="utf-8"),
)["feature"]
KEYS = ["key", "label", "kind", "group", "help", "says"]
MORE = ["says_not", "unit", "whole", "column", "file", "model"]


def test_the_list_is_in_order_and_every_entry_has_its_words():
    assert list(dict.fromkeys(feature.group for feature in FEATURES.values())) == list(GROUPS)
    for key, feature in FEATURES.items():
        assert feature.key == key
        assert feature.kind in KINDS
        assert feature.label
        assert feature.help.endswith(".")
        assert feature.says
        assert bool(feature.says_not) == (feature.kind in ("category", "flag", "products", "list"))
        assert ("{}" in feature.says) == (feature.kind != "flag")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_every_table_of_the_file_is_complete(row):
    assert list(row) == [name for name in KEYS + MORE if name in row]
    assert set(KEYS) <= set(row)
    assert row["group"] in GROUPS
    assert ("unit" in row) <= (row["kind"] == "number")
    assert ("whole" in row) <= (row["kind"] == "number")
    assert row.get("whole", True) is True
    assert row.get("model", True) is True
    assert not {"column", "model"} <= set(row)
    feature = FEATURES[row["key"]]
    assert (feature.label, feature.help, feature.says) == (row["label"], row["help"], row["says"])
    assert row.get("column", "") in feature.needs
    assert row.get("file", "") in feature.needs
    assert bool(feature.needs) == bool({"column", "file", "model"} & set(row))


def test_keys_and_labels_are_used_once_and_groups_stand_together():
    assert len(FEATURES) == len(ROWS)
    assert len({feature.label for feature in FEATURES.values()}) == len(ROWS)
    places = [GROUPS.index(row["group"]) for row in ROWS]
    assert places == sorted(places)


def test_every_trait_can_be_asked_about():
    flags = [row["key"] for row in ROWS if row["group"] == "Segment" and row["kind"] == "flag"]
    assert flags == list(TRAITS)
