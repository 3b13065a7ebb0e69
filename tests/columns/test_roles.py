"""The roles of columns, as their data file has them."""

from collections import Counter

import pytest

from retention.cells.names import plain_name
from retention.columns import roles
from retention.columns.roles import (
    CONTACT_ROLES,
    ORDER_ROLES,
    ROLES,
    SIGNAL_ROLES,
    read_roles,
)
from retention.data_files import read_data_file


def test_the_file_has_the_three_groups_and_no_role_twice():
    assert set(read_data_file(roles.__file__, "roles.toml")) == {"order", "contact", "signal"}
    assert len(ROLES) == len(ORDER_ROLES) + len(CONTACT_ROLES) + len(SIGNAL_ROLES)


def test_orders_need_a_customer_and_a_date_and_do_without_amounts():
    assert [role for role, spec in ROLES.items() if spec.required] == ["customer_id", "ordered_at"]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_described_and_its_names_are_unique(role):
    spec = ROLES[role]
    assert spec.label.strip()
    assert spec.help.strip().endswith(".")
    assert spec.names
    for words in (spec.names, spec.never):
        assert [word for word, n in Counter(map(plain_name, words)).items() if n > 1] == []


@pytest.mark.parametrize("role", ROLES)
def test_names_are_written_in_lower_case_with_single_blanks(role):
    written = (*ROLES[role].names, *ROLES[role].never)
    assert [name for name in written if name != " ".join(name.lower().split())] == []
    # Beside accents nothing is taken off a name: "Order_Date" has to be written "order date".
    assert [name for name in written if name.isascii() and name != plain_name(name)] == []


def test_an_unknown_key_of_a_role_is_refused():
    entry = {"label": "Colour", "help": "Its colour.", "names": ["colour"], "nevr": ["dye"]}
    with pytest.raises(ValueError, match=r"role 'colour' in roles\.toml has an unknown key 'nevr'"):
        read_roles({"colour": entry})


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("CustomerID", "customer id"),
        ("Order_Total (inc. tax)", "order total inc tax"),
        ("Währung", "wahrung"),
        ("  E-Mail ", "e mail"),
    ],
)
def test_names_compare_without_case_accents_and_punctuation(written, plain):
    assert plain_name(written) == plain


def test_roles_are_described_for_the_page():
    assert {
        "customer_id",
        "ordered_at",
        "revenue",
        "order_id",
        "refund",
        "status",
        "currency",
    } <= set(ROLES)
    assert {name for name, role in ROLES.items() if role.required} == {"customer_id", "ordered_at"}
    for role in ROLES.values():
        assert role.label
        assert role.help
