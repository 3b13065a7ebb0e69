"""The kinds of files, and the forms to fill in."""

import pandas as pd
import pytest

import retention
from retention.cells.names import plain_name
from retention.errors import DataError
from retention.signal_files.kinds import SIGNAL_KINDS
from tests.signal_files.examples import customers

PEOPLE = customers("ann@example.com", "ben@example.com")


@pytest.mark.parametrize("kind", SIGNAL_KINDS.values(), ids=SIGNAL_KINDS)
def test_every_kind_has_words_roles_and_a_customer(kind):
    assert kind.roles[0].key == "customer"
    assert kind.about.endswith(".")
    assert len({role.key for role in kind.roles}) == len(kind.roles)
    for role in kind.roles:
        assert role.label
        latin = [name for name in role.names if name.isascii()]
        assert latin == [plain_name(name) for name in latin]
        assert len(set(role.names)) == len(role.names)


@pytest.mark.parametrize("kind", SIGNAL_KINDS)
def test_every_form_is_read_as_it_stands(kind):
    form = retention.signal_template(kind)
    signals = retention.read_signals(form, kind, PEOPLE, name=f"{kind}.csv")
    header = form.decode("utf-8-sig").splitlines()[0].split(",")
    assert sorted(signals.columns.values()) == sorted(header)
    assert signals.report.rows_read == 2
    assert signals.report.without_orders == 0
    assert len(form.splitlines()) == 3


def test_an_unknown_kind_names_those_that_there_are():
    with pytest.raises(DataError, match=r"no kind of signals 'stars'.*nps.*carts"):
        retention.signal_template("stars")
    with pytest.raises(DataError, match="no kind of signals"):
        retention.read_signals(b"a,b\n1,2\n", "stars", PEOPLE)


def test_a_form_is_harmless_in_a_spreadsheet():
    for kind in SIGNAL_KINDS:
        cells = pd.read_csv(pd.io.common.BytesIO(retention.signal_template(kind)), dtype=str)
        assert not cells.fillna("").map(lambda cell: cell[:1] in "=+-@" and cell != "").any().any()
