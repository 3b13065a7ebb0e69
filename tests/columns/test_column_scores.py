"""A column fits a role by its name and its cells; columns that only look alike are told apart."""

import pytest

from retention import read_orders
from retention.cells.names import plain_name
from retention.columns.column_scores import is_plausible, name_score
from retention.columns.roles import CONTACT_ROLES, ORDER_ROLES, ROLES
from tests.support.order_files import assert_same_orders, csv_bytes, profile_of
from tests.support.plain_orders import EXPECTED, NEEDED, ORDER_CELLS, mapping_of

# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_the_best_usual_name_scores_most_and_each_later_one_less(role):
    scores = [name_score(plain_name(name), role) for name in ROLES[role].names]
    assert scores[0] == 1
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] >= 0.5


def test_a_name_that_contains_a_usual_one_scores_less_than_any_usual_name():
    assert 0 < name_score("order date of the shop", "ordered_at") < 0.5
    assert name_score("order date of the shop", "ordered_at") < name_score(
        "order date shop", "ordered_at"
    )
    assert name_score("shelf", "ordered_at") == 0


@pytest.mark.parametrize("role", [role for role, spec in ORDER_ROLES.items() if spec.never])
def test_a_word_that_rules_a_role_out_rules_it_out_beside_a_usual_name(role):
    usual = {plain_name(name) for name in ROLES[role].names}
    for word in map(plain_name, ROLES[role].never):
        name = f"{plain_name(ROLES[role].names[0])} {word}"
        if name not in usual and len(word.split()) == 1:
            assert name_score(name, role) == 0, name


def test_a_contact_detail_may_be_the_customers_and_less_likely_the_receivers():
    phone, customers, receivers = (
        name_score(name, "phone") for name in ("phone", "billing phone", "shipping phone")
    )
    assert phone > customers > receivers > 0
    assert name_score("warehouse phone", "phone") == 0


# --- cells ----------------------------------------------------------------------------------------


def test_a_column_without_a_cell_plays_no_role():
    empty = profile_of("", "")
    assert not any(is_plausible(role, empty, "Empty") for role in ROLES)


@pytest.mark.parametrize(
    ("role", "fitting", "other"),
    [
        ("customer_id", "a@example.com", "2024-03-05"),
        ("customer_id", "17850", "12.50"),
        ("ordered_at", "2024-03-05", "a@example.com"),
        ("revenue", "€1.234,50", "red"),
        ("currency", "EUR", "12.50"),
        ("status", "paid", "2024-03-05"),
        ("coupon", "HELLO10", "7,50"),
        ("email", "a@example.com", "Ann"),
        ("phone", "+16175550100", "12"),
        ("zip", "02108", "1"),
        ("city", "Boston", "12.50"),
        ("abandoned", "2024-03-05", ""),
    ],
)
def test_cells_of_another_kind_rule_a_role_out(role, fitting, other):
    assert is_plausible(role, profile_of(fitting, fitting), role)
    assert not is_plausible(role, profile_of(other, other), role)


def test_a_consent_has_few_answers_unless_its_name_speaks_of_refusals():
    days = profile_of(*(f"2024-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(84)))
    assert is_plausible("consent", profile_of("yes", "no", ""), "Accepts marketing")
    assert not is_plausible("consent", days, "Accepts marketing")
    assert is_plausible("consent", days, "Unsubscribed")


@pytest.mark.parametrize("role", ["first_name", "last_name", "full_name", "country", "state"])
def test_contact_roles_take_texts_alone(role):
    assert role in CONTACT_ROLES
    assert is_plausible(role, profile_of("Ann", "Lee"), role)
    assert not is_plausible(role, profile_of("12.50", "8.00"), role)


# --- columns that look alike ----------------------------------------------------------------------


def test_a_date_or_reason_of_a_refund_is_no_refund_and_no_order_date():
    names = (
        "Bestellnummer",
        "E-Mail",
        "Bestelldatum",
        "Summe",
        "Erstattung Grund",
        "Erstattung Datum",
        "Geburt Datum",
    )
    rows = [(*row, "3", "2024-01-01", "1990-01-01") for row in ORDER_CELLS]
    found = mapping_of(csv_bytes(names, rows)).columns
    assert "refund" not in found
    assert found["ordered_at"] == "Bestelldatum"


def test_a_voucher_column_of_amounts_is_no_code():
    rows = [(*row, f"{1 + n % 7},50") for n, row in enumerate(ORDER_CELLS)]
    assert (
        "coupon"
        not in mapping_of(csv_bytes(("Nr", "E-Mail", "Datum", "Summe", "Gutschein"), rows)).columns
    )


DECOYS = {
    "phone": ("Phone", lambda i: f"0812{i * 7919 % 1_000_000:06}"),
    "postcode": ("Zip", lambda i: f"{10000 + i * 31 % 9000}"),
    "birthday": ("Date of birth", lambda i: f"{1950 + i % 50}-0{1 + i % 9}-11"),
    "delivered": ("Delivered at", lambda i: "2025-01-15 10:00:00"),
    "fee": ("Processing fee", lambda i: f"{1 + i % 5}.35"),
    "shipping": ("Shipping", lambda i: "4.95"),
    "tax": ("Tax", lambda i: f"{i % 9}.10"),
    "subtotal": ("Subtotal", lambda i: f"{5 + i}.00"),
    "points": ("Loyalty points", lambda i: str(i * 10)),
    "user agent": ("Browser", lambda i: "Mozilla/5.0"),
    "address": ("Billing address", lambda i: f"{i} Harbour Rd"),
    "row": ("", lambda i: str(i)),
    "total items": ("Total items", lambda i: str(1 + i % 3)),
    "campaign": ("Email campaign", lambda i: "spring"),
    "seller": ("Seller email", lambda i: "shop@example.com"),
}


@pytest.mark.parametrize("decoy", DECOYS)
@pytest.mark.parametrize("first", [True, False])
def test_columns_that_look_alike_are_left_alone(decoy, first):
    name, value = DECOYS[decoy]
    header = ("Order ID", "Email", "Order date", "Total")
    rows = [(value(i), *row) if first else (*row, value(i)) for i, row in enumerate(ORDER_CELLS)]
    mapping = mapping_of(csv_bytes((name, *header) if first else (*header, name), rows))
    assert [mapping.columns.get(role) for role in NEEDED] == list(header)


@pytest.mark.parametrize("first", [True, False])
def test_all_the_look_alikes_at_once_are_left_alone(first):
    header = ["Order ID", "Email", "Order date", "Total"]
    names = [name for name, _ in DECOYS.values()]
    decoys = [[value(i) for _, value in DECOYS.values()] for i in range(len(ORDER_CELLS))]
    rows = [
        [*decoy, *row] if first else [*row, *decoy]
        for row, decoy in zip(ORDER_CELLS, decoys, strict=True)
    ]
    data = csv_bytes([*names, *header] if first else [*header, *names], rows)
    assert_same_orders(read_orders(data, name="orders.csv"), EXPECTED)
