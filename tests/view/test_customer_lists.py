"""Lists of customers that leave the app: consent, the reason not to write, and how many remain."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from retention.view.customer_lists import (
    contact_sentence,
    list_csv,
    one_sentence,
    with_contact,
)

ROOT = Path(__file__).parents[2]
#: Every other download of the app by its key, and what it holds: no list of customers.
NO_LISTS = {
    "csv_{slug}": "tables of the scorecard",
    "download_added_export": "orders that changed, by number and without their customers",
    "download_breakdown": "channels and the like",
    "download_customer": "one customer, with the sentence on the page",
    "download_forecast": "months",
    "download_left_out": "rows of the file that are no order",
    "download_movement": "counts of movements",
    "download_rfm_table": "counts of groups",
    "download_second": "days to the second order",
    "download_triangle": "counts of cohorts",
    "new_csv": "groups of new customers",
    "own_json": "rules of segments",
    "plan_brief": "a plan",
    "plan_save": "settings of campaigns",
    "plan_table_csv": "campaigns",
    "products_csv": "products",
    "report": "the scorecard",
    "results_report": "one campaign's result, in sums",
    "save_work_file": "the session's work, which says what of it is personal",
    "set_save": "store settings",
    "signal_left_out": "rows of a file of signals that are not used",
    "template": "made-up orders",
    "template_{kind.key}": "made-up signals",
}
#: Where the buttons themselves are drawn: of all files, of lists, and of a campaign's audience.
BUTTONS = {("widgets.py", "key"), ("customer_lists.py", "key"), ("audience.py", "key")}


def contact(*rows: tuple[str, str]) -> pd.DataFrame:
    index = pd.Index([f"c{n}" for n in range(len(rows))], name="customer_id")
    frame = pd.DataFrame(rows, columns=["consent", "do_not_write"], index=index)
    return frame.astype("category")


GIVEN = contact(("yes", ""), ("no", "Opted out"), ("unknown", ""), ("no", "Opted out"))


def test_a_list_has_both_columns_in_front_whatever_it_holds():
    customers = pd.DataFrame({"orders": [3, 1]}, index=pd.Index(["c3", "c0"]))
    lines = list_csv(lambda: customers, GIVEN).decode("utf-8-sig").split()
    assert lines == [
        "customer_id,consent,do_not_write,orders",
        "c3,no,Opted",
        "out,3",
        "c0,yes,,1",
    ]
    old = customers.assign(consent="yes", do_not_write="")
    assert with_contact(old, GIVEN).equals(with_contact(customers, GIVEN))


def test_how_many_may_be_written_to_and_why_not_the_others():
    assert contact_sentence(GIVEN.iloc[:2], known=True) == "1 of 2 may be written to; 1 opted out."
    assert contact_sentence(GIVEN, known=True) == (
        "2 of 4 may be written to; 2 opted out. Consent is unknown for 1 of them."
    )
    assert contact_sentence(GIVEN.iloc[:1], known=True) == "1 of 1 may be written to."
    none = contact(("unknown", ""), ("unknown", ""), ("unknown", "Open complaint"))
    assert contact_sentence(none.iloc[:2], known=False) == (
        "Consent unknown for all 2: the file has no such column."
    )
    assert contact_sentence(none, known=False) == (
        "Consent unknown for all 3: the file has no such column. By other reasons 2 of 3 may be "
        "written to; 1 with an open complaint."
    )


def test_one_customer_in_words():
    assert one_sentence(GIVEN.iloc[[1]], known=True) == "Do not write: opted out."
    assert one_sentence(GIVEN.iloc[[0]], known=True) == "May be written to."
    assert "consent is unknown" in one_sentence(GIVEN.iloc[[2]], known=True)
    assert "no such column" in one_sentence(GIVEN.iloc[[2]], known=False)


def downloads() -> Iterator[tuple[str, str]]:
    """Every download of the app that does not go through `draw_download`: its file and its key."""
    for path in [*(ROOT / "retention/view").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("download_button", "csv_download"):
                key = next((word.value for word in node.keywords if word.arg == "key"), None)
                yield path.name, ast.unparse(key) if key is not None else ""


def test_no_list_of_customers_leaves_by_another_door():
    doors = set(downloads())
    assert doors >= BUTTONS
    assert {key.removeprefix("f").strip("'\"") for _, key in doors - BUTTONS} == set(NO_LISTS)


def test_tables_on_the_page_cannot_be_exported():
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert config["client"]["disableDataExport"] is True


@pytest.mark.parametrize("missing", ["consent", "do_not_write"])
def test_a_list_never_goes_out_without_a_column(missing):
    with pytest.raises(KeyError):
        list_csv(lambda: pd.DataFrame(index=GIVEN.index), GIVEN.drop(columns=missing))
