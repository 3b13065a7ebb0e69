"""A data file's tables become records, or say what is wrong with them."""

import pytest

from retention.columns.roles import Role
from retention.data_files import checked_record

ENTRY = {"label": "Colour", "help": "What colour it has.", "names": ["colour", "farbe"]}


def test_an_entry_becomes_a_record_with_tuples():
    assert checked_record(Role, ENTRY, "The role") == Role(
        label="Colour", help="What colour it has.", names=("colour", "farbe")
    )


def test_an_unknown_key_is_named_with_those_that_are_known():
    with pytest.raises(
        ValueError, match=r"'colour' .* unknown key 'nmaes'\. Keys are: label, help"
    ):
        checked_record(Role, ENTRY | {"nmaes": ["color"]}, "The role 'colour' in roles.toml")


def test_an_absent_key_is_named():
    with pytest.raises(ValueError, match="lacks the key 'names'"):
        checked_record(Role, {"label": "Colour", "help": "What colour it has."}, "The role")
