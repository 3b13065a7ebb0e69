"""Contact details: found beside the columns of the orders, read as they stand, the latest first."""

import ibis
import pandas as pd
import pytest

from retention import (
    build_orders,
    contacts,
    detect_columns,
    open_sheet,
    read_orders,
    sample_orders,
    signals,
    summarise_customers,
)
from retention.columns.roles import CONTACT_ROLES, ORDER_ROLES, ROLES, SIGNAL_ROLES
from retention.customers.contacts import orders_with_turn
from tests.support import order_layouts as write
from tests.support.contact_orders import HEADER, column_of, read_with, store
from tests.support.order_files import KEPT, STORE, csv_bytes, plain_table, read_rows
from tests.support.order_layouts import LAYOUTS, layout_file
from tests.support.orders_stub import orders_of

# --- finding the columns


def test_roles_of_three_kinds_are_told_apart():
    assert list(ROLES) == [*ORDER_ROLES, *CONTACT_ROLES, *SIGNAL_ROLES]
    assert not any(role.required for role in (CONTACT_ROLES | SIGNAL_ROLES).values())


@pytest.mark.parametrize(
    ("name", "cell", "role"),
    [
        ("Phone", "+16175550100", "phone"),
        ("Billing phone", "(617) 555-0100", "phone"),
        ("เบอร์โทรศัพท์", "0812345678", "phone"),
        ("Vorname", "Ann", "first_name"),
        ("customer_first_name", "Ann", "first_name"),
        ("LastName", "Lee", "last_name"),
        ("นามสกุล", "ใจดี", "last_name"),
        ("Customer name", "Ann Lee", "full_name"),
        ("Country code", "TH", "country"),
        ("ประเทศ", "ไทย", "country"),
        ("Shipping city", "Boston", "city"),
        ("Province", "Cebu", "state"),
        ("PLZ", "01067", "zip"),
        ("Billing Zip", "02108", "zip"),
        ("Accepts Marketing", "yes", "consent"),
        ("Unsubscribed", "no", "consent"),
        ("Rating", "4.5", "rating"),
        ("Selling plan name", "Monthly", "subscription"),
        ("Open complaint", "yes", "complaint"),
        ("Abandoned cart at", "2024-03-02", "abandoned"),
    ],
)
def test_names_give_a_contact_column_away_and_leave_the_orders_as_they_were(name, cell, role):
    data = csv_bytes(
        (*HEADER, name), [(str(i), "a@example.com", "2024-03-13", "10.00", cell) for i in range(4)]
    )
    columns = detect_columns(open_sheet(data, name="o.csv")).columns
    assert columns[role] == name
    assert [
        columns[needed] for needed in ("order_id", "customer_id", "ordered_at", "revenue")
    ] == list(HEADER)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Email campaign", "spring"),
        ("Seller phone", "+16175550100"),
        ("SMS consent", "yes"),
        ("Phone model", "Galaxy"),
        ("State", "completed"),
        ("Name", "Mug"),
        ("Terms accepted", "yes"),
        ("Points rating level", "gold"),
        ("Phone", "yes"),
        ("Email", ""),
    ],
)
def test_columns_that_only_sound_alike_are_left_alone(name, cell):
    header = ("Order ID", "Customer ID", "Order date", "Total", name)
    data = csv_bytes(header, [(str(i), f"C{i % 3}", "2024-03-13", "10.00", cell) for i in range(4)])
    columns = detect_columns(open_sheet(data, name="o.csv")).columns
    assert not {role for role, column in columns.items() if column == name} & set(
        CONTACT_ROLES | SIGNAL_ROLES
    )


def test_a_plain_file_brings_nothing_but_the_address_it_knows_customers_by():
    header, rows = plain_table()
    orders = read_orders(csv_bytes(header, rows), name="o.csv")
    assert set(orders.table.columns) == {
        "customer_id",
        "ordered_at",
        "order_id",
        "revenue",
        "product",
        "email",
    }
    assert orders.carts is None
    found = contacts(orders)
    assert list(found.columns) == ["email"]
    assert (found["email"] == found.index).all()


def test_a_contact_role_can_be_taken_away_and_given_by_hand():
    data = csv_bytes((*HEADER, "f"), [("1", "a@example.com", "2024-03-13", "10", "02108")])
    orders = read_orders(data, {"zip": "f", "email": None}, name="o.csv")
    assert column_of(orders, "zip") == ["02108"]
    assert "email" not in orders.table.columns


def test_a_layouts_file_may_have_signals_of_the_shops_own():
    columns = [
        *LAYOUTS["bigcommerce_orders_default"]["columns"],
        "Review rating",
        "Accepts marketing",
    ]
    rows = write.bigcommerce(STORE)
    table = [[row.get(column, "") for column in columns[:-2]] + ["4", "yes"] for row in rows]
    orders = read_orders(csv_bytes(columns, table), name="o.csv")
    assert {"rating", "consent"} <= set(orders.table.columns)


# --- the platforms


def person(email: str):
    return next(sale.person for sale in KEPT if sale.person.email == email)


def test_shopify_keeps_the_contact_of_the_orders_first_row():
    name = "shopify_orders_2025_full"
    orders = read_orders(
        layout_file(name, write.shopify(STORE, LAYOUTS[name]["columns"])), name="o.csv"
    )
    found = contacts(orders)
    assert list(found.columns) == [
        "email",
        "phone",
        "first_name",
        "last_name",
        "country",
        "city",
        "zip",
        "consent",
    ]
    assert set(found.index) == {sale.person.email for sale in KEPT}
    for email, row in found.iterrows():
        who = person(email)
        assert (row["email"], row["country"], row["city"]) == (email, who.country, who.city)
    assert tuple(found.loc["ann.lee@example.com", ["first_name", "last_name"]]) == ("Ann", "Lee")
    assert tuple(found.loc["pat+shop@example.ie", ["first_name", "last_name"]]) == (
        "Pat",
        "O'Brien",
    )
    assert set(found["phone"]) == {"+16175550100"}
    assert set(found["zip"]) == {"02108"}  # the file has '02108
    assert found["consent"].all()
    assert str(found["consent"].dtype) == "boolean"


def test_shopify_regions_and_countries_are_one_column():
    name = "shopify_orders_2025_full"
    sheet = open_sheet(
        layout_file(name, write.shopify(STORE, LAYOUTS[name]["columns"])), name="o.csv"
    )
    mapping = detect_columns(sheet)
    assert mapping.columns["region"] == mapping.columns["country"] == "Shipping Country"
    assert mapping.columns["customer_id"] == mapping.columns["email"] == "Email"
    table = build_orders(sheet, mapping).table.to_pandas()
    assert table["region"].equals(table["country"].rename("region"))


def test_woocommerce_has_names_in_columns_and_phones_with_their_zero():
    data = layout_file("woocommerce_advanced_order_export", write.woocommerce_advanced(STORE))
    found = contacts(read_orders(data, name="o.csv"))
    assert list(found.columns) == [
        "email",
        "phone",
        "first_name",
        "last_name",
        "country",
        "city",
        "zip",
    ]
    assert tuple(found.loc["somchai@example.co.th"]) == (
        *("somchai@example.co.th", "0812345678", "Somchai", "Jaidee", "TH", "Bangkok", "10110"),
    )
    legacy = layout_file("woocommerce_csv_import_suite_legacy", write.woocommerce_legacy(STORE))
    assert (
        contacts(read_orders(legacy, name="o.csv")).loc["lena@example.com", "first_name"] == "Lena"
    )


def test_bigcommerce_splits_the_customer_name():
    data = layout_file("bigcommerce_orders_default", write.bigcommerce(STORE))
    found = contacts(read_orders(data, name="o.csv"))
    assert tuple(found.loc["zoe@example.de", ["first_name", "last_name", "country"]]) == (
        "Zoë",
        "Müller",
        "DE",
    )
    assert {"phone", "zip"} <= set(found.columns)


def test_etsy_knows_names_but_no_addresses():
    found = contacts(read_orders(layout_file("etsy_sold_orders", write.etsy(STORE)), name="o.csv"))
    assert "email" not in found
    assert tuple(found.loc["annlee", ["first_name", "last_name", "city"]]) == (
        "Ann",
        "Lee",
        "Boston",
    )


# --- reading the cells


def test_phones_and_postcodes_keep_their_signs_and_zeros():
    phones = [
        "+66812345678",
        "0812345678",
        "66812345678.0",
        "'+44 20 7946 0000",
        "",
        "90071992547409931",
    ]
    assert column_of(read_with("Phone", *phones), "phone") == [
        *(
            "+66812345678",
            "0812345678",
            "66812345678",
            "+44 20 7946 0000",
            None,
            "90071992547409931",
        ),
    ]
    assert column_of(read_with("Zip", "01067", "'02108", "2108.0", "SW1A 1AA"), "zip") == [
        *("01067", "02108", "2108", "SW1A 1AA"),
    ]


def test_an_empty_consent_is_unknown_and_never_yes():
    cells = [
        "yes",
        "No",
        "TRUE",
        "0",
        "ja",
        "sí",
        "",
        "maybe",
        "Opted-in",
        "unsubscribed",
        "ยินยอม",
        "1.0",
    ]
    wanted = [True, False, True, False, True, True, None, None, True, False, True, True]
    assert column_of(read_with("Accepts marketing", *cells), "consent") == wanted


def test_in_a_column_of_refusals_yes_means_no_and_no_means_nothing():
    cells = ["yes", "no", "", "2024-01-02", "false"]
    assert column_of(read_with("Unsubscribed", *cells), "consent") == [
        False,
        None,
        None,
        False,
        None,
    ]


def test_scores_are_numbers_however_they_are_written():
    cells = ["5", "4.5", "4,5", "3/5", "★★☆☆☆", "0", "", "2 stars", "bad"]
    assert column_of(read_with("Rating", *cells), "rating") == [
        5.0,
        4.5,
        4.5,
        3.0,
        2.0,
        None,
        None,
        2.0,
        None,
    ]


def test_a_plan_or_yes_is_a_subscription_and_none_is_not():
    cells = ["yes", "Monthly coffee", "no", "", "One-time purchase", "cancelled", "sub_123", "0"]
    wanted = [True, True, False, None, False, False, True, False]
    assert column_of(read_with("Subscription", *cells), "subscription") == wanted


def test_a_complaint_is_open_until_it_is_closed():
    cells = ["yes", "Parcel was broken", "no", "", "resolved", "open", "Closed"]
    assert column_of(read_with("Complaint", *cells), "complaint") == [
        True,
        True,
        False,
        None,
        False,
        True,
        False,
    ]


def test_names_are_split_where_the_file_has_no_columns_for_them():
    orders = read_with(
        "Customer name", "Ann Lee", "Lee, Ann", "Cher", "Maria Dela Cruz", "", "Acme,"
    )
    assert column_of(orders, "first_name") == ["Ann", "Ann", "Cher", "Maria", None, "Acme,"]
    assert column_of(orders, "last_name") == ["Lee", "Lee", None, "Dela Cruz", None, None]
    rows = [("1", "a@example.com", "2024-03-13", "10", "Ann Lee", "Anna")]
    table = read_rows((*HEADER, "Customer name", "First name"), *rows).table.to_pandas()
    assert table["first_name"].tolist() == ["Anna"]
    assert "last_name" not in table


def test_one_row_of_an_order_tells_for_all_of_them():
    header = (*HEADER, "Accepts marketing", "Subscription", "Phone", "Complaint")
    rows = [
        ("1", "a@example.com", "2024-03-13", "10", "", "no", "", ""),
        ("1", "a@example.com", "2024-03-13", "10", "yes", "Monthly", "0812345678", ""),
        ("1", "a@example.com", "2024-03-13", "10", "no", "", "0899999999", "broken"),
    ]
    (row,) = read_rows(header, *rows).table.to_pandas().to_dict("records")
    assert (row["consent"], row["subscription"], row["phone"], row["complaint"]) == (
        True,
        True,
        "0812345678",
        True,
    )


# --- contacts


def test_the_latest_value_that_is_known_counts():
    frame = store(
        phone=["1", None, None, None, "9"],
        city=["Old", "New", "Newest", None, None],
        consent=[True, False, None, None, True],
    )
    found = contacts(orders_of(frame))
    assert list(found.index) == ["a", "b", "c"]
    assert found.index.name == "customer_id"
    assert list(found.columns) == ["phone", "city", "consent"]
    # Orders 2 and 3 are of one moment. The greater number is the latest, and has no consent.
    assert tuple(found.loc["b"]) == ("1", "Newest", False)
    assert found.loc["a"].isna().all()
    assert found.loc["c", "consent"]


def test_contacts_have_the_customers_of_the_summary_in_its_order():
    orders = sample_orders("store", customers=300)
    found, customers = contacts(orders), summarise_customers(orders)
    assert found.index.equals(customers.index)
    assert signals(orders).index.equals(customers.index)
    assert found["email"].str.endswith(("example.com", "example.org", "example.net")).all()


def test_an_address_column_wins_over_the_customers_number_and_fills_from_it():
    frame = pd.DataFrame(
        {
            "customer_id": ["7", "ann@example.com"],
            "ordered_at": ["2024-01-01", "2024-01-02"],
            "revenue": [1.0, 2.0],
            "email": ["seven@example.com", None],
        }
    )
    assert contacts(orders_of(frame))["email"].tolist() == ["seven@example.com", "ann@example.com"]


# --- against plain pandas


def test_the_sample_store_agrees_with_a_plain_calculation():
    orders = sample_orders("store", customers=800, seed=3)
    table = orders.table.to_pandas().sort_values(["ordered_at", "order_id"])
    found, told = contacts(orders), signals(orders)
    for name in ("phone", "first_name", "last_name", "country", "consent"):
        expected = (
            table.dropna(subset=[name])
            .groupby("customer_id")[name]
            .agg(lambda values: values.iloc[-1])
        )
        pd.testing.assert_series_equal(
            found[name].dropna().astype(object),
            expected.sort_index().astype(object),
            check_names=False,
        )
    last = table.groupby("customer_id").tail(1).set_index("customer_id").sort_index()
    for name in ("channel", "region", "category", "product", "coupon"):
        assert told[f"last_{name}"].fillna("").tolist() == last[name].fillna("").tolist()
    rated = table.dropna(subset=["rating"]).groupby("customer_id").tail(1).set_index("customer_id")
    assert told["last_rating"].dropna().to_dict() == rated["rating"].to_dict()
    assert told["rated_on"].dropna().to_dict() == rated["ordered_at"].dt.normalize().to_dict()
    assert 0.005 < told["subscribed"].mean() < 0.1
    assert set(told.loc[told["subscribed"], "subscribed_products"]) == {("Coffee Subscription",)}


@pytest.mark.parametrize(
    "engine", ["duckdb", "bigquery", "snowflake", "postgres", "databricks", "trino"]
)
def test_what_comes_latest_is_written_once_for_every_engine(engine):
    columns = {
        "customer_id": "string",
        "order_id": "string",
        "ordered_at": "timestamp",
        "phone": "string",
    }
    told = orders_with_turn(ibis.table(columns, name="orders"), ["phone"])
    query = told.group_by("customer_id").agg(
        phone=told.phone.argmax(told.turn, where=told.phone.notnull())
    )
    sql = ibis.to_sql(query, dialect=engine).upper()
    assert "GROUP BY" in sql
    assert "OVER (" not in sql  # no window over the order table


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("Marketing Consent Status", ("granted", "denied", "pending"), [True, False, None]),
        ("Consent Status", ("yes", "declined", "rejected"), [True, False, False]),
        ("Marketing Opt Out", ("yes", "no", ""), [False, None, None]),
        ("Unsubscribe", ("1", "0", "no"), [False, None, None]),
        ("Accepts marketing", ("do not contact", "stop", "spam"), [False, False, False]),
    ],
)
def test_columns_of_consent_are_neither_missed_nor_taken_for_the_order_status(
    tmp_path, header, cells, expected
):
    rows = [f"{n},c{n % 3}@x.example,2025-01-{1 + n:02d},10,{cells[n % 3]}" for n in range(27)]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([f"Order,Email,Date,Total,{header}", *rows]))
    orders = read_orders(path)
    found = contacts(orders)["consent"]
    assert len(found) == 3
    assert [None if pd.isna(one) else bool(one) for one in found] == expected


def test_the_state_of_an_address_is_no_order_status(tmp_path):
    rows = [
        f"{n},c{n % 3}@x.example,2025-01-{1 + n:02d},10,{('MA', 'NY', 'CA')[n % 3]},Town"
        for n in range(27)
    ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["Order,Email,Date,Total,State,City", *rows]))
    assert list(contacts(read_orders(path))["state"]) == ["MA", "NY", "CA"]


def test_of_orders_of_one_day_the_greatest_number_counts_and_phones_keep_their_country(tmp_path):
    lines = [
        "Order,Email,Date,Total,Consent,Phone,Country",
        "9,a@x.example,2025-01-05,10,yes,089 1234567,Germany",
        "10,a@x.example,2025-01-05,10,no,,Thailand",
        "11,b@x.example,2025-01-06,10,yes,081 234 5678,Thailand",
    ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(lines))
    found = contacts(read_orders(path))
    assert not found.loc["a@x.example", "consent"]
    assert found.loc["a@x.example", "country"] == "Thailand"
    assert found.loc["a@x.example", "phone"] == "+49891234567"
    assert found.loc["b@x.example", "phone"] == "081 234 5678"
