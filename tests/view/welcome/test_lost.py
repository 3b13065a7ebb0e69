"""What the browser may ask for after a reload."""

import pytest

from retention.view.session.loaded import Origin
from retention.view.welcome.lost import origin_of


@pytest.mark.parametrize("said", [None, "store", {}, {"kind": "file"}, {"kind": "x"}, {"kind": []}])
def test_what_makes_no_sense_asks_for_nothing(said):
    assert origin_of(said) is None


def test_a_sample_and_a_path_can_be_asked_for():
    assert origin_of({"kind": "store"}) == Origin("store")
    assert origin_of({"kind": "path", "path": "/a b.csv"}) == Origin("path", "/a b.csv")
