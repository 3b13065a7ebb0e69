"""A file of signals becomes one row for each customer, and every row is accounted for."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import retention
from retention.errors import DataError, RetentionError
from retention.signal_files.kinds import SIGNAL_KINDS
from retention.signal_files.report import (
    NO_CUSTOMER,
    NO_DATE,
    NO_ORDERS,
    NO_VALUE,
    OLDER,
    RECOVERED,
    UNREADABLE,
)
from tests.signal_files.examples import csv_file, customers

PEOPLE = customers()
ANN, BEN, CEM = PEOPLE.index


def read(kind, *rows, people=PEOPLE, **options):
    return retention.read_signals(csv_file(*rows), kind, people, name="file.csv", **options)


def test_every_row_is_accounted_for_with_its_reason_and_line():
    signals = read(
        "nps",
        ("Email", "Score", "Created at"),
        (ANN, 9, "2024-05-01"),
        (ANN, 3, "2024-04-01"),
        ("zoe@example.com", 10, "2024-05-01"),
        ("", 10, "2024-05-01"),
        (BEN, "", "2024-05-01"),
        (BEN, "eleven", "2024-05-01"),
        (BEN, 11, "2024-05-01"),
    )
    report = signals.report
    assert report.left_out == {OLDER: 1, NO_ORDERS: 1, NO_CUSTOMER: 1, NO_VALUE: 1, UNREADABLE: 2}
    assert (report.rows_read, report.rows_used, report.customers) == (7, 1, 1)
    assert signals.left_out["line"].tolist() == [3, 4, 5, 6, 7, 8]
    assert signals.left_out["Score"].fillna("").tolist() == ["3", "10", "10", "", "eleven", "11"]
    assert any("'eleven', '11'" in note for note in report.notes)
    assert any("latest counts" in note for note in report.notes)


def test_nps_groups_are_those_of_the_method():
    people = customers(*(f"c{score}" for score in range(11)))
    rows = [(f"c{score}", score) for score in range(11)]
    signals = read("nps", ("customer_id", "score"), *rows, people=people)
    groups = signals.frame.sort_values("nps_score")["nps_group"].tolist()
    assert groups == ["Detractor"] * 7 + ["Passive"] * 2 + ["Promoter"] * 2
    assert signals.scale == 10


@pytest.mark.parametrize(
    ("answers", "groups", "scale"),
    [
        (("5", "3", "2"), ("Satisfied", "Neutral", "Dissatisfied"), 5),
        (("7", "4", "2"), ("Satisfied", "Neutral", "Dissatisfied"), 7),
        (("95", "60", "40"), ("Satisfied", "Neutral", "Dissatisfied"), 100),
        (
            ("Very satisfied", "Neutral", "Dissatisfied"),
            ("Satisfied", "Neutral", "Dissatisfied"),
            5,
        ),
        (("Good", "good", "Bad"), ("Satisfied", "Satisfied", "Dissatisfied"), 5),
        (("sehr zufrieden", "neutral", "Unzufrieden"), ("Satisfied", "Neutral", "Dissatisfied"), 5),
        (("★★★★★", "★★★☆☆", "★☆☆☆☆"), ("Satisfied", "Neutral", "Dissatisfied"), 5),
    ],
)
def test_satisfaction_is_read_on_its_own_scale(answers, groups, scale):
    rows = list(zip(PEOPLE.index, answers, strict=True))
    signals = read("csat", ("Email", "Satisfaction rating"), *rows)
    assert signals.frame["csat_group"].tolist() == list(groups)
    assert signals.scale == scale


def test_without_dates_the_lowest_score_and_the_most_points_count():
    reviews = read("reviews", ("reviewer_email", "rating"), (ANN, 5), (ANN, 2), (ANN, 4))
    assert reviews.frame.loc[ANN, "last_rating"] == 2
    assert "rated_on" not in reviews.frame
    points = read("points", ("email", "points"), (ANN, "1,200"), (ANN, 80))
    assert points.frame.loc[ANN, "loyalty_points"] == 1200
    assert any("No dates" in note for note in points.report.notes)


def test_subscriptions_of_a_customer_are_taken_together():
    signals = read(
        "subscriptions",
        ("customer_email", "status", "product_title", "next_charge_date"),
        (ANN, "CANCELLED", "Beans", ""),
        (ANN, "ACTIVE", "Tea", "2026-04-09"),
        (ANN, "ACTIVE", "Coffee", "2026-04-01"),
        (BEN, "paused", "Tea", "2026-04-01"),
        (CEM, "expired", "Tea", ""),
    )
    frame = signals.frame
    assert frame["subscription_status"].tolist() == ["active", "paused", "cancelled"]
    assert frame["subscribed"].tolist() == [True, False, False]
    assert frame["subscribed_products"].tolist() == [("Coffee", "Tea"), (), ()]
    assert frame.loc[ANN, "next_charge_on"] == pd.Timestamp("2026-04-01")
    assert frame["next_charge_on"].isna().tolist() == [False, True, True]
    assert signals.report.rows_used == 5


def test_engagement_adds_up_and_one_refusal_outweighs_consents():
    signals = read(
        "engagement",
        ("Email", "Last Open", "Opens", "Email Marketing Consent"),
        (ANN, "2024-05-01", 3, "SUBSCRIBED"),
        (ANN, "2024-06-01", 2, "UNSUBSCRIBED"),
        (BEN, "", "", "NEVER_SUBSCRIBED"),
        (CEM, "2024-01-01", 1, "SUBSCRIBED"),
    )
    frame = signals.frame
    assert frame["email_opens"].fillna(-1).tolist() == [5, -1, 1]
    assert frame.loc[ANN, "email_opened_on"] == pd.Timestamp("2024-06-01")
    assert frame["unsubscribed"].tolist() == [True, False, False]
    assert frame["email_consent"].fillna(False).tolist() == [False, False, True]
    assert frame["email_consent"].isna().tolist() == [False, True, False]


def test_carts_that_were_paid_or_have_no_date_do_not_count():
    signals = read(
        "carts",
        ("Email", "Created at", "Total", "Recovery Status"),
        (ANN, "2024-05-01 10:00", "$59.90", "Not Recovered"),
        (ANN, "2024-05-02 10:00", "$12.00", "Recovered"),
        (BEN, "", "$12.00", "Not Recovered"),
        (BEN, "2024-05-02", "", "Not Recovered"),
    )
    assert signals.report.left_out == {RECOVERED: 1, NO_DATE: 1}
    assert signals.frame.loc[ANN].tolist() == [59.9, pd.Timestamp("2024-05-01")]
    assert np.isnan(signals.frame.loc[BEN, "cart_value"])


@pytest.mark.parametrize(
    ("written", "known"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("ann@ example.com", "ann@example.com"),
        ("17850.0", "17850"),
        ("'17850", "17850"),
        ("c-7", "C-7"),
        ("0917 555 0123", "+639175550123"),
        ("+63 (917) 555-0123", "+639175550123"),
    ],
)
def test_customers_match_however_they_are_typed(written, known):
    people = customers(known, "+639175550199")
    signals = read("points", ("Customer", "Points"), (written, 5), ("other", 9), people=people)
    assert signals.frame.index.tolist() == [known]
    assert signals.frame.index.name == "customer_id"


def test_an_address_or_phone_of_the_orders_finds_customers_of_numbers():
    people = customers(
        "1", "2", "3",
        email=["Ann@Example.com", "ann@example.com", None],
        phone=[None, None, "+639175550123"],
    )  # fmt: skip
    by_address = read("nps", ("Email", "Score"), ("ANN@example.com ", 3), people=people)
    assert by_address.frame.index.tolist() == ["1", "2"]
    assert (by_address.report.rows_used, by_address.report.customers) == (1, 2)
    by_phone = read("nps", ("Phone", "Score"), ("0917-555-0123", 3), people=people)
    assert by_phone.frame.index.tolist() == ["3"]


def test_the_column_that_meets_the_most_customers_is_the_customers():
    people = customers("7", "8")
    rows = [("Email", "Customer ID", "Score"), (ANN, 7, 9), (BEN, 8, 2)]
    assert read("nps", *rows, people=people).columns["customer"] == "Customer ID"
    chosen = {"customer": "Email"}
    with pytest.raises(DataError, match=r"No row of 'file.csv' is of a customer.*hold none"):
        read("nps", *rows, people=people, columns=chosen)


def test_columns_may_be_named_left_empty_and_wrong_ones_are_refused():
    rows = [("who", "x", "y", "z"), (ANN, 9, 1, "2024-01-05"), (BEN, 2, 8, "2024-01-06")]
    named = read("nps", *rows, columns={"customer": "who", "score": "y", "day": None})
    assert named.columns == {"customer": "who", "score": "y"}
    assert named.frame["nps_score"].tolist() == [1, 8]
    with pytest.raises(DataError, match="has no column 'nobody'"):
        read("nps", *rows, columns={"score": "nobody"})
    with pytest.raises(DataError, match=r"no role 'stars'.*customer, score, day"):
        read("nps", *rows, columns={"stars": "x"})
    with pytest.raises(DataError, match="cannot be both"):
        read("nps", *rows, columns={"score": "x", "day": "x"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty.*Export it again"),
        (b"email\nann@example.com\n", "A file of signals needs one of the customer"),
        (b"email,score\n", "no rows"),
        (b"PK\x03\x04broken", "zip"),
        (b"\x89PNG\r\n\x1a\nrest of a picture", "not a table"),
        (
            b"email,comment\nann@example.com,A long story about a parcel that came late\n",
            "has no column",
        ),
        (b"email,score\nzoe@example.com,9\n", "No row of 'bad.csv' is of a customer"),
        (b"email,score\nann@example.com,x\n", "has no column|says anything"),
        (b"name,score\n,9\n", "has no column|names no customer"),
    ],
)
def test_bad_files_are_refused_in_words(content, words):
    with pytest.raises(RetentionError, match=words) as error:
        retention.read_signals(content, "nps", PEOPLE, name="bad.csv")
    assert str(error.value).rstrip().endswith((".", "below", '"'))


@pytest.mark.parametrize("kind", SIGNAL_KINDS)
def test_any_bytes_are_read_or_refused_and_never_crash(kind):
    rng = np.random.default_rng(7)
    for size in (3, 40, 400):
        content = bytes(rng.integers(0, 256, size, dtype=np.uint8))
        with pytest.raises(RetentionError):
            retention.read_signals(content, kind, PEOPLE, name="noise.csv")
        letters = bytes(rng.choice(list(b"ab1,;\n\"' @.-"), size).tolist())
        with pytest.raises(RetentionError):
            retention.read_signals(letters, kind, PEOPLE, name="noise.csv")


def test_settings_of_a_wrong_type_are_refused():
    rows = csv_file(("email", "score"), (ANN, 9))
    with pytest.raises(DataError, match="day_first"):
        retention.read_signals(rows, "nps", PEOPLE, day_first="yes")
    with pytest.raises(DataError, match="dictionary of roles"):
        retention.read_signals(rows, "nps", PEOPLE, ["score"])
    with pytest.raises(DataError, match="no customers to match"):
        retention.read_signals(rows, "nps", PEOPLE.iloc[:0])


def test_frames_workbooks_and_several_files_are_read_alike():
    frame = pd.DataFrame({"email": [ANN, BEN], "score": [9, 2]})
    workbook = io.BytesIO()
    frame.to_excel(workbook, index=False)
    parts = [csv_file(("email", "score"), (ANN, 9)), csv_file(("email", "score"), (BEN, 2))]
    for source in (frame, workbook.getvalue(), parts, frame.to_csv(sep=";").encode("utf-16")):
        signals = retention.read_signals(source, "nps", PEOPLE)
        assert signals.frame["nps_score"].to_dict() == {ANN: 9, BEN: 2}


def test_the_digest_tells_readings_apart():
    rows = [("email", "a", "b"), (ANN, 9, 2), (BEN, 1, 3)]
    first, same, other = (
        read("nps", *rows, columns={"score": name}).digest for name in ("a", "a", "b")
    )
    assert first == same != other


def test_a_repr_is_short_and_holds_no_customer():
    signals = read("nps", ("email", "score"), (ANN, 9))
    assert ANN not in repr(signals)
    assert len(repr(signals)) < 600


ROWS = st.lists(
    st.tuples(
        st.sampled_from([ANN, BEN, CEM, "zoe@example.com", ""]),
        st.sampled_from(["0", "4", "7", "9", "10", "", "x"]),
        st.sampled_from(["2024-01-01", "2024-02-01", "2024-02-01 09:30", ""]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_neither_order_nor_case_nor_repetition_of_rows_matters(rows, order):
    head = ("Email", "Score", "Date")
    sure = [(ANN, "5", "2024-01-15")]  # so that the columns can be told
    rows = sure + rows
    columns = {"customer": "Email", "score": "Score", "day": "Date"}
    expected = read("nps", head, *rows, columns=columns)
    shuffled = [(f" {who.upper()}\t", score, day) for who, score, day in rows + rows]
    order.shuffle(shuffled)
    again = read("nps", head, *shuffled, columns=columns)
    pd.testing.assert_frame_equal(again.frame, expected.frame)
    for report in (expected.report, again.report):
        assert report.rows_used + sum(report.left_out.values()) == report.rows_read
    assert again.report.customers == expected.report.customers
    assert again.report.without_orders == 2 * expected.report.without_orders
