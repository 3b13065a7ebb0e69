"""Text from a file stays text, and every group has its words."""

import re
import string

import pytest
from hypothesis import given, strategies as st

from retention.segments import labels
from retention.segments.rules import STAGES, TRAITS
from retention.view import text

PUNCTUATION = set(string.punctuation)


@given(st.text(max_size=200))
def test_plain_text_has_no_live_markdown(raw):
    escaped = text.plain(raw)
    bare = re.sub(r"\\.", "", escaped)
    assert not PUNCTUATION & set(bare)
    assert "\n" not in escaped


@given(
    st.text(
        alphabet=string.ascii_letters + string.digits + string.punctuation + " ฿é", max_size=200
    )
)
def test_plain_text_still_says_the_same(raw):
    read = re.sub(r"\\(.)", r"\1", text.plain(raw)).replace("\u2060", "")
    assert read == " ".join(raw.split())


@pytest.mark.parametrize(
    "raw", [":smile:", ":material/home:", ":red[x]", "a@b.com", "www.x.com", "->", "<-", "~="]
)
def test_what_streamlit_replaces_after_the_escapes_is_kept_apart(raw):
    assert raw not in re.sub(r"\\(.)", r"\1", text.plain(raw))


def test_long_names_are_cut():
    assert len(text.plain("x" * 1000, limit=50)) == 50


def test_every_group_has_a_name():
    assert tuple(labels.STAGE_LABELS) == STAGES
    assert tuple(labels.TRAIT_LABELS) == TRAITS


def test_definitions_are_sentences():
    for name, words in text.DEFINITIONS.items():
        assert words[0].isupper(), name
        assert words.endswith("."), name
