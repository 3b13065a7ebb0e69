"""The platforms' columns as data: every entry is one that a file can be written for."""

import pandas as pd
import pytest

from retention.audiences.platforms import PLATFORMS, letters_and_digits, platform_table

#: What may stand in a column.
CELLS = pd.DataFrame(
    {
        "customer_id": ["c1"],
        "email": ["ann@example.com"],
        "phone": ["+16175550100"],
        "first_name": ["Ann"],
        "last_name": ["Lee"],
        "country": ["United States"],
        "country_code": ["US"],
        "state": ["Massachusetts"],
        "city": ["New York"],
        "zip": ["02108-1234"],
        "consent": ["yes"],
        "value": ["12.50"],
    }
)


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_every_entry_can_be_written_and_names_only_headers_that_it_has(platform):
    assert platform.label.strip()
    assert set(platform.needs) <= {"email", "phone"}
    assert set(platform.asked_for) <= set(platform.columns)
    assert set(platform.hashes) <= set(platform.columns)
    # Without the address that it needs it could match nobody.
    assert set(platform.needs) <= {part.removeprefix("meta_") for part in platform.columns.values()}
    # All hashed headers are written, whatever the orders bring.
    assert platform.always or not platform.hashes
    for limit in (platform.part_bytes, platform.text_bytes):
        assert limit is None or limit > 0
    assert platform.few >= 0
    assert platform.merge_field.count("{}") <= 1
    assert not platform.merge_field or platform.properties
    for hashed in (False, *([True] if platform.hashes else [])):
        table = platform_table(platform, CELLS, set(CELLS), hashed)
        assert list(table) == list(platform.columns)
        assert table.iloc[0].map(len).all()


def test_only_what_the_orders_bring_is_written_beside_what_is_asked_for():
    hubspot = platform_table(PLATFORMS["hubspot"], CELLS, {"email", "country"}, False)
    assert list(hubspot) == ["First Name", "Last Name", "Email", "Country/Region"]
    mailchimp = platform_table(PLATFORMS["mailchimp"], CELLS, {"country"}, False)
    assert list(mailchimp) == ["Email Address", "Country"]


def test_letters_of_every_script_stay_and_their_marks_with_them():
    assert letters_and_digits("สมชาย ใจดี") == "สมชายใจดี"
    assert letters_and_digits("D’Arcy St. John") == "darcystjohn"


def test_a_message_names_a_column_as_its_platform_does():
    fields = {key: entry.merge_field_of("next_product_1") for key, entry in PLATFORMS.items()}
    assert fields["klaviyo"] == "{{ person|lookup:'next_product_1' }}"
    assert fields["hubspot"] == "{{ contact.next_product_1 }}"
    assert fields["plain"] == fields["mailchimp"] == ""
