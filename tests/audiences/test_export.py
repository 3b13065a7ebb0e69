"""Audience files: each platform's bytes, who is refused and why, and names that mean harm."""

import csv
import hashlib
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import DataError, contacts, export_audience, sample_orders
from retention.audiences.export import REASONS
from retention.audiences.platforms import PLATFORMS

PEOPLE = pd.DataFrame(
    {
        "email": ["Ann.Lee@Example.com ", "zoe@example.de"],
        "phone": ["(617) 555-0100", "030 901820"],
        "first_name": ["Ann", "Zoë"],
        "last_name": ["O'Brien-Lee", "Müller"],
        "country": ["United States", "DE"],
        "state": ["Massachusetts", "Berlin"],
        "city": ["New York", "Köln"],
        "zip": ["02108-1234", "10 115"],
        "consent": pd.array([True, True], dtype="boolean"),
    },
    index=pd.Index(["c1", "c2"], name="customer_id"),
)
PROPERTIES = pd.DataFrame(
    {
        "cltv": [120.5, 7.333],
        "segment": ["Loyal", "At risk, late"],
        "last_order": pd.to_datetime(["2026-10-01", "2026-01-31"]),
        "is_vip": [True, False],
    },
    index=PEOPLE.index,
)


def export(platform: str, people=("c1", "c2"), frame: pd.DataFrame = PEOPLE, **options):
    return export_audience(list(people), platform, contacts=frame, **options)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rows_of(audience) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(audience.content.decode("utf-8-sig"), newline="")))


# --- each format, byte by byte

FILES = {
    "klaviyo": (
        "Email,Phone Number,First Name,Last Name,City,State/Region,Zip Code,Country,cltv,"
        "segment,last_order,is_vip\r\n"
        "ann.lee@example.com,+16175550100,Ann,O'Brien-Lee,New York,Massachusetts,"
        "02108-1234,United States,120.5,Loyal,"
        "2026-10-01,true\r\n"
        'zoe@example.de,+4930901820,Zoë,Müller,Köln,Berlin,10 115,DE,7.333,"At risk,'
        ' late",2026-01-31,false\r\n'
    ),
    "mailchimp": (
        "Email Address,First Name,Last Name,Phone Number,City,State,Zip Code,Country,"
        "cltv,segment,last_order,is_vip\r\n"
        "ann.lee@example.com,Ann,O'Brien-Lee,+16175550100,New York,Massachusetts,"
        "02108-1234,US,120.5,Loyal,"
        "2026-10-01,true\r\n"
        'zoe@example.de,Zoë,Müller,+4930901820,Köln,Berlin,10 115,DE,7.333,"At risk,'
        ' late",2026-01-31,false\r\n'
    ),
    "hubspot": (
        "First Name,Last Name,Email,Phone Number,City,State/Region,Postal Code,"
        "Country/Region,cltv,segment,last_order,"
        "is_vip\r\n"
        "Ann,O'Brien-Lee,ann.lee@example.com,+16175550100,New York,Massachusetts,"
        "02108-1234,United States,120.5,Loyal,"
        "2026-10-01,true\r\n"
        'Zoë,Müller,zoe@example.de,+4930901820,Köln,Berlin,10 115,DE,7.333,"At risk,'
        ' late",2026-01-31,false\r\n'
    ),
    "google_ads": (
        "Email,Phone,First Name,Last Name,Country,Zip\r\n"
        "ann.lee@example.com,+16175550100,Ann,O'Brien-Lee,US,02108-1234\r\n"
        "zoe@example.de,+4930901820,Zoë,Müller,DE,10 115\r\n"
    ),
    "meta": (
        "email,phone,fn,ln,ct,st,zip,country,value\r\n"
        "ann.lee@example.com,16175550100,ann,obrienlee,newyork,ma,02108,us,120.50\r\n"
        "zoe@example.de,4930901820,zoë,müller,köln,berlin,10115,de,7.33\r\n"
    ),
    "plain": (
        "customer_id,email,phone,first_name,last_name,country,state,city,zip,consent,"
        "cltv,segment,last_order,is_vip\r\n"
        "c1,ann.lee@example.com,+16175550100,Ann,O'Brien-Lee,United States,Massachusetts,"
        "New York,02108-1234,yes,120.5,"
        "Loyal,2026-10-01,true\r\n"
        "c2,zoe@example.de,+4930901820,Zoë,Müller,DE,Berlin,Köln,10 115,yes,7.333,"
        '"At risk, late",2026-01-31,false\r\n'
    ),
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_file_is_the_platforms_to_the_byte(platform):
    audience = export(platform, properties=PROPERTIES)
    assert audience.content == FILES[platform].encode()
    assert audience.rows == 2
    assert audience.refused.empty
    assert audience.file_name == f"audience-{platform.replace('_', '-')}.csv"
    assert audience.parts == (audience.content,)


def test_google_hashes_names_addresses_and_phones_but_never_country_and_zip():
    audience = export("google_ads", hashed=True)
    line = [
        sha("ann.lee@example.com"),
        sha("+16175550100"),
        sha("ann"),
        sha("o'brien-lee"),
        "US",
        "02108-1234",
    ]
    other = [sha("zoe@example.de"), sha("+4930901820"), sha("zoë"), sha("müller"), "DE", "10 115"]
    header = "Email,Phone,First Name,Last Name,Country,Zip"
    assert audience.content.decode() == f"{header}\r\n{','.join(line)}\r\n{','.join(other)}\r\n"
    assert audience.file_name == "audience-google-ads-hashed.csv"
    assert "Hashed with SHA-256, except for Country and Zip." in audience.notes


def test_meta_hashes_all_but_the_value():
    audience = export("meta", ["c1"], hashed=True, properties=PROPERTIES)
    texts = [
        "ann.lee@example.com",
        "16175550100",
        "ann",
        "obrienlee",
        "newyork",
        "ma",
        "02108",
        "us",
    ]
    line = ",".join([*map(sha, texts), "120.50"])
    assert audience.content.decode() == f"email,phone,fn,ln,ct,st,zip,country,value\r\n{line}\r\n"


def test_nothing_is_hashed_where_nothing_is_known():
    frame = PEOPLE[["email"]]
    assert export("google_ads", ["c1"], frame, hashed=True).content.decode().splitlines()[1] == (
        f"{sha('ann.lee@example.com')},,,,,"
    )


def test_only_columns_that_the_contacts_bring_are_written_beside_those_that_are_asked_for():
    frame = PEOPLE[["email", "zip"]]
    assert (
        export("klaviyo", ["c1"], frame).content
        == b"Email,Zip Code\r\nann.lee@example.com,02108-1234\r\n"
    )
    assert export("hubspot", ["c1"], frame).content == (
        b"First Name,Last Name,Email,Postal Code\r\n,,ann.lee@example.com,02108-1234\r\n"
    )
    assert (
        export("meta", ["c1"], frame).content.splitlines()[0]
        == b"email,phone,fn,ln,ct,st,zip,country,value"
    )


def test_the_order_of_people_is_that_of_the_file():
    assert [row["Email"] for row in rows_of(export("klaviyo", ["c2", "c1"]))] == [
        *("zoe@example.de", "ann.lee@example.com"),
    ]


@pytest.mark.parametrize(
    "kind", [list, pd.Index, pd.Series, np.array, lambda ids: pd.DataFrame({"x": 1}, index=ids)]
)
def test_people_come_as_any_list_of_customer_numbers(kind):
    audience = export_audience(kind(["c2", "c1"]), "plain", contacts=PEOPLE)
    assert [row["customer_id"] for row in rows_of(audience)] == ["c2", "c1"]


def test_a_file_for_a_spreadsheet_is_made_safe_and_says_so():
    frame = PEOPLE.assign(first_name=["=HYPERLINK(1)", "Zoë"])
    upload, sheet = (
        export("klaviyo", frame=frame),
        export("klaviyo", frame=frame, for_spreadsheet=True),
    )
    assert rows_of(upload)[0]["First Name"] == "=HYPERLINK(1)"
    assert rows_of(upload)[0]["Phone Number"] == "+16175550100"
    assert upload.notes[0].startswith("Made for uploading")
    assert rows_of(sheet)[0]["First Name"] == "'=HYPERLINK(1)"
    assert rows_of(sheet)[0]["Phone Number"] == "'+16175550100"
    assert sheet.content.startswith(b"\xef\xbb\xbf")
    assert sheet.notes[0].startswith("Made for a spreadsheet")
    assert sheet.file_name == "audience-klaviyo-for-spreadsheet.csv"


def test_nothing_personal_is_in_the_repr():
    text = repr(export("klaviyo", ["c1", "ann@example.com"]))
    assert "@" not in text
    assert "Ann" not in text


# --- who is refused


def crowd(**changes) -> pd.DataFrame:
    columns = {
        "email": [
            "a@example.com",
            None,
            "a@example",
            "A@EXAMPLE.COM",
            "e@example.com",
            "f@example.com",
            None,
        ],
        "phone": [None, None, None, None, None, "12", "+16175550101"],
        "consent": pd.array([True, True, True, True, False, None, True], dtype="boolean"),
    } | changes
    return pd.DataFrame(columns, index=pd.Index(list("abcdefg"), name="customer_id"))


def refused(audience) -> dict[str, str]:
    return dict(zip(audience.refused["customer_id"], audience.refused["reason"], strict=True))


@pytest.mark.parametrize(("yes", "no"), [(True, False), ("yes", "no"), ("TRUE", "FALSE"), (1, 0)])
def test_who_declined_is_refused_however_it_is_written(yes, no):
    frame = PEOPLE.assign(consent=[yes, no])
    found = export("klaviyo", frame=frame, consent_required=False)
    assert found.rows == 1
    assert found.refused["customer_id"].tolist() == ["c2"]
    with pytest.raises(DataError, match="consent holds 'maybe'"):
        export("klaviyo", frame=PEOPLE.assign(consent=["maybe", None]))


def test_everybody_who_is_refused_has_a_reason():
    audience = export("klaviyo", [*"abcdefg", "a", "nobody"], crowd())
    assert audience.rows == 2
    assert audience.refused["customer_id"].tolist() == [*"bcdef", "a", "nobody"]
    assert audience.refused["reason"].tolist() == [
        "neither e-mail address nor phone",
        "not a valid e-mail address",
        "duplicate address",
        "unsubscribed or declined marketing",
        "no consent known",
        "listed twice",
        "not among the contacts",
    ]


def test_a_phone_is_enough_for_those_who_match_by_it():
    audience = export("google_ads", "abg", crowd())
    assert [row["Phone"] for row in rows_of(audience)] == ["", "+16175550101"]
    assert refused(audience) == {"b": "neither e-mail address nor phone"}
    assert any("by phone alone" in note for note in audience.notes)
    both = export(
        "meta", "cg", crowd(phone=[*[None] * 2, "+16175550101", *[None] * 3, "+1 617 555 0101"])
    )
    assert both.rows == 1
    assert refused(both) == {"g": "duplicate address"}


def test_klaviyo_takes_a_phone_where_there_is_no_address_and_keeps_its_columns():
    frame = crowd().assign(country="US", phone=[None, "12", *[None] * 4, "(617) 555-0101"])
    audience = export("klaviyo", "abg", frame)
    assert audience.content.decode() == (
        "Email,Phone Number,Country\r\na@example.com,,US\r\n,+16175550101,US\r\n"
    )
    assert refused(audience) == {"b": "neither e-mail address nor phone"}
    assert any("by phone alone" in note for note in audience.notes)


@pytest.mark.parametrize("platform", ["mailchimp", "hubspot"])
def test_a_phone_is_not_enough_for_those_who_write_by_mail_alone(platform):
    audience = export(platform, "abg", crowd())
    assert audience.rows == 1
    assert refused(audience) == {"b": "no e-mail address", "g": "no e-mail address"}


def test_the_first_of_two_with_one_address_stays():
    assert refused(export("klaviyo", "da", crowd())) == {"a": "duplicate address"}


def test_a_refusal_of_the_first_does_not_cost_the_second_its_place():
    frame = crowd(consent=pd.array([False, True, True, True, True, True, True], dtype="boolean"))
    audience = export("klaviyo", "ad", frame)
    assert refused(audience) == {"a": "unsubscribed or declined marketing"}
    assert audience.rows == 1


def test_who_declined_is_left_out_even_where_consent_is_not_asked_for():
    audience = export("klaviyo", "ef", crowd(), consent_required=False)
    assert refused(audience) == {"e": "unsubscribed or declined marketing"}


def test_contacts_that_know_nothing_of_consent_refuse_nobody_for_it_and_say_so():
    audience = export("klaviyo", "aef", crowd().drop(columns="consent"))
    assert audience.rows == 3
    assert any("say nothing of consent" in note for note in audience.notes)


def test_a_plain_file_takes_people_by_their_number():
    audience = export("plain", "abcdg", crowd())
    assert audience.rows == 5
    assert [row["email"] for row in rows_of(audience)] == [
        "a@example.com",
        "",
        "",
        "a@example.com",
        "",
    ]


def test_a_phone_that_is_none_is_left_out_and_the_person_is_not():
    audience = export("klaviyo", "f", crowd(), consent_required=False)
    assert rows_of(audience) == [{"Email": "f@example.com", "Phone Number": ""}]
    assert any(note.startswith("1 phone left out") for note in audience.notes)


def test_phones_are_read_by_the_customers_country_or_the_default():
    frame = PEOPLE.assign(country=[None, "Atlantis"], phone=["081 234 5678", "081 234 5679"])
    assert [row["Phone"] for row in rows_of(export("google_ads", frame=frame))] == ["", ""]
    audience = export("google_ads", frame=frame, default_country="Thailand")
    assert [(row["Phone"], row["Country"]) for row in rows_of(audience)] == [
        *(("+66812345678", "TH"), ("+66812345679", "")),
    ]
    assert any("1 country left out" in note for note in audience.notes)


def test_nobody_at_all_makes_a_header():
    audience = export("klaviyo", [])
    assert audience.content.startswith(b"Email,Phone Number")
    assert audience.content.count(b"\n") == 1
    assert (audience.rows, len(audience.refused)) == (0, 0)
    assert export("meta", ["c1"], PEOPLE.iloc[:0]).rows == 0


# --- properties, limits and mistakes


def test_people_without_properties_have_empty_cells():
    audience = export("klaviyo", properties=PROPERTIES.iloc[:1])
    assert [row["segment"] for row in rows_of(audience)] == ["Loyal", ""]
    assert [row["last_order"] for row in rows_of(audience)] == ["2026-10-01", ""]


def test_google_takes_no_properties_and_meta_the_value_alone():
    assert "segment" not in rows_of(export("google_ads", properties=PROPERTIES))[0]
    given_value = PROPERTIES.assign(value=[-3.0, np.nan])
    assert [row["value"] for row in rows_of(export("meta", properties=given_value))] == ["0.00", ""]
    assert [row["value"] for row in rows_of(export("meta"))] == ["", ""]


def test_a_property_that_takes_a_columns_name_is_refused():
    with pytest.raises(DataError, match="'email'"):
        export("klaviyo", properties=PROPERTIES.rename(columns={"cltv": "email"}))
    with pytest.raises(DataError, match="several rows"):
        export("klaviyo", properties=pd.concat([PROPERTIES, PROPERTIES]))


def test_a_small_list_for_meta_has_a_note():
    ids = [f"c{i}" for i in range(100)]
    frame = pd.DataFrame(
        {"email": [f"{i}@example.com" for i in ids]}, index=pd.Index(ids, name="customer_id")
    )
    assert not any("fewer than 100" in note for note in export("meta", ids, frame).notes)
    assert any("fewer than 100" in note for note in export("meta", ids[1:], frame).notes)


def test_a_file_beyond_the_platforms_limit_comes_in_parts():
    ids = [f"c{i}" for i in range(50)]
    frame = pd.DataFrame(
        {"email": [f"{i}@example.com" for i in ids], "first_name": "Zoë, \n dear"},
        index=pd.Index(ids, name="customer_id"),
    )
    whole = export("klaviyo", ids, frame)
    audience = type(whole)(
        whole.content, whole.file_name, whole.rows, whole.refused, whole.notes, part_bytes=300
    )
    assert all(
        len(part) <= 300 and part.startswith(b"Email,First Name\r\n") for part in audience.parts
    )
    assert len(audience.parts) > 5
    lines = [line for part in audience.parts for line in part.splitlines()[1:]]
    assert lines == whole.content.splitlines()[1:]


def test_mailchimp_cuts_long_texts_at_a_whole_letter_and_refuses_letters_it_does_not_know():
    frame = PEOPLE.assign(
        first_name=["é" * 200, "x" * 255], email=["ann@example.com", "zoë@example.de"]
    )
    audience = export("mailchimp", frame=frame)
    assert rows_of(audience)[0]["First Name"] == "é" * 127
    assert refused(audience) == {"c2": "not a valid e-mail address"}
    assert any("longer than 255 bytes" in note for note in audience.notes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"platform": "tiktok"}, "klaviyo, mailchimp"),
        ({"platform": "klaviyo", "hashed": True}, "does not take hashed"),
        ({"platform": "klaviyo", "default_country": "Atlantis"}, "not a country"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options, message):
    with pytest.raises(DataError, match=message):
        export(**options)


# --- values


# --- any input

HOSTILE = (
    *(
        "=1+1",
        "@SUM(A1)",
        "+cmd|'/C calc'!A0",
        '"; DROP',
        "a,b;c\td",
        "line\r\nbreak",
        "\u202egnp.exe",
        "مرحبا",
        "สวัสดี",
    ),
    *("\ud800", "\x00", "x" * 100_000, "👩‍👩‍👧", "'", '""', "\u2028", " ", "", "\u0085next"),
)
TEXT = st.one_of(st.none(), st.sampled_from(HOSTILE), st.text(max_size=12))
EMAIL = st.one_of(
    TEXT,
    st.sampled_from(["a@example.com", "A@example.com", "b@example.org", "=x@example.com", "c@x"]),
)


@settings(max_examples=120)
@given(
    rows=st.lists(
        st.tuples(EMAIL, TEXT, TEXT, TEXT, TEXT, st.sampled_from([True, False, None])), max_size=12
    ),
    wanted=st.lists(st.integers(0, 14), max_size=20),
    platform=st.sampled_from(sorted(PLATFORMS)),
    hashed=st.booleans(),
    for_spreadsheet=st.booleans(),
    consent_required=st.booleans(),
    home=st.sampled_from([None, "TH", "United States"]),
)
def test_everybody_is_in_the_file_or_refused_whatever_the_names(
    rows, wanted, platform, hashed, for_spreadsheet, consent_required, home
):
    names = ("email", "phone", "first_name", "country", "zip", "consent")
    frame = pd.DataFrame(
        rows, columns=names, index=pd.Index([f"c{i}" for i in range(len(rows))]), dtype=object
    )
    people = [f"c{i}" for i in wanted]
    properties = frame[["first_name"]].rename(columns={"first_name": "=note\n"})
    audience = export_audience(
        people,
        platform,
        contacts=frame,
        properties=properties,
        hashed=hashed and bool(PLATFORMS[platform].hashes),
        default_country=home,
        for_spreadsheet=for_spreadsheet,
        consent_required=consent_required,
    )
    assert audience.rows + len(audience.refused) == len(people)
    assert set(audience.refused["reason"]) <= set(REASONS)
    found = rows_of(audience)
    assert len(found) == audience.rows
    assert all(None not in row and None not in row.values() for row in found)
    assert audience.content.count(b"\r\n") == audience.content.count(b"\n") == audience.rows + 1
    address = next(
        (header for header, part in PLATFORMS[platform].columns.items() if part == "email"), ""
    )
    addresses = [row[address] for row in found if row[address]]
    assert platform == "plain" or len(addresses) == len(set(addresses))


def test_the_sample_stores_audience_is_those_who_agreed():
    orders = sample_orders("store", customers=400)
    people = contacts(orders)
    audience = export_audience(people.index, "klaviyo", contacts=people, default_country="US")
    assert audience.rows == int(people["consent"].sum())
    assert set(audience.refused["reason"]) == {"unsubscribed or declined marketing"}
    phones = [row["Phone Number"] for row in rows_of(audience)]
    assert sum(map(bool, phones)) == int(people.loc[people["consent"], "phone"].notna().sum())
    assert not any("left out" in note for note in audience.notes)
