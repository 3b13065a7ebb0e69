"""Countries and states by name, code and language."""

import pytest

from retention import DataError
from retention.customers.countries import (
    country_code,
    country_names,
    given_country,
    us_state_code,
)


def test_countries_by_name_code_and_language():
    names = [
        "Thailand",
        "THA",
        "th ",
        "ประเทศไทย",
        "Philippines",
        "Pilipinas",
        "USA",
        "U.S.",
        "UK",
        "Österreich",
    ]
    assert [country_code(name) for name in names] == [
        "TH",
        "TH",
        "TH",
        "TH",
        "PH",
        "PH",
        "US",
        "US",
        "GB",
        "AT",
    ]
    assert [country_code(name) for name in ("", "Northeast", "XX", "x" * 1000)] == [""] * 4


def test_a_country_that_a_marketer_names_has_to_exist():
    assert given_country("thailand") == "TH"
    assert given_country(None) == given_country("") == ""
    with pytest.raises(DataError, match="'Atlantis' is not a country"):
        given_country("Atlantis")


def test_a_state_of_the_united_states_by_name_and_code():
    assert [us_state_code(text) for text in ("new york", " NY ", "Ontario", "x" * 1000)] == [
        "NY",
        "NY",
        "",
        "",
    ]


def test_every_country_has_a_name_that_reads_back():
    names = country_names()
    assert names["TH"] == "Thailand"
    assert len(set(names.values())) == len(names) > 240
    assert all(country_code(name) == code for code, name in names.items())
