"""The store settings as a file, and back."""

import json

import pytest

from retention.errors import DataError
from retention.kept_work.settings_file import MOST_BYTES, settings_from_json, settings_to_json
from retention.kept_work.store_settings import StoreSettings

EVERYTHING = StoreSettings(
    margin=0.35,
    margin_is_known=True,
    annual_discount_rate=0.0,
    purchase_model="mbg_nbd",
    line_of_business="Tea",
    home_country="TH",
    currency="THB",
    cost_to_win=120.0,
    cost_to_win_by_channel={"ค้นหา": 80.0, "<b>x</b>": 0.5},
    contact_costs={"sms": 0.8},
)


@pytest.mark.parametrize("settings", [StoreSettings(), EVERYTHING])
def test_settings_come_back_as_they_were_saved(settings):
    assert settings_from_json(settings_to_json(settings)) == settings


def test_the_file_is_plain_json_with_a_version():
    content = json.loads(settings_to_json(EVERYTHING))
    assert content["retention_store_settings"] == 1
    assert content["cost_to_win_by_channel"]["ค้นหา"] == 80.0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "not JSON"),
        (b"[" * 50_000, "not JSON"),
        (b"[]", "no store settings"),
        (b'{"retention_store_settings": true}', "no version"),
        (b'{"retention_store_settings": 1, "margin": "0.4"}', "'margin'"),
        (b'{"retention_store_settings": 1, "margin": null}', "'margin'"),
        (b'{"retention_store_settings": 1, "margin": NaN}', "margin"),
        (b'{"retention_store_settings": 1, "margin_is_known": 1}', "'margin_is_known'"),
        (b'{"retention_store_settings": 1, "contact_costs": [1]}', "contact_costs"),
        (b'{"retention_store_settings": 1, "cost_to_win_by_channel": {"a": "b"}}', "a"),
        (b" " * (MOST_BYTES + 1), "too large"),
    ],
)
def test_other_files_are_refused_with_the_place(content, says):
    with pytest.raises(DataError, match=says):
        settings_from_json(content)
