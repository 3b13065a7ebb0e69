"""An odd computer: no home folder, a bare locale, a clock set back, long names, Windows files."""

import datetime as dt
import io
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from retention.errors import DataError
from retention.kept_work import folder
from retention.orders.orders import read_orders
from retention.sheets.sheet import open_sheet
from retention.view.front import local_file
from retention.view.save_work import _file_name
from tests.faults.conftest import order_rows
from tests.kept_work.examples import some_work
from tests.pages.steps import button, metrics, open_app, upload, use_upload

ROOT = Path(__file__).parents[2]
CSV = order_rows(300)


# --- No home folder -------------------------------------------------------------------------------


@pytest.fixture
def homeless(monkeypatch) -> None:
    """An account without a home folder, as containers and services have."""
    pwd = pytest.importorskip("pwd", reason="Windows has no such accounts.")

    def unknown(*_: object) -> None:
        raise KeyError("no such account")

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("RETENTION_HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)


def test_without_a_home_orders_are_read_and_nothing_is_kept(homeless, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert not folder.is_there()
    with pytest.raises(DataError, match=r"no home folder .* RETENTION_HOME"):
        folder.write(some_work())
    assert list(tmp_path.iterdir()) == [], "nothing is written to a folder called ~"
    assert read_orders(CSV).report.rows_kept == 300


def test_with_a_home_that_is_not_there_the_app_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("RETENTION_HOME", raising=False)
    assert not folder.is_there()
    at = open_app().run()
    at = button(at, "Open CDNOW").click().run()
    assert not at.exception
    assert metrics(at)["Customers"] == "2,357"


@pytest.mark.parametrize("written", ["~/orders.csv", "~nobody/orders.csv"])
def test_a_path_from_an_unknown_home_is_refused_in_words(written, homeless, monkeypatch):
    monkeypatch.setattr(local_file, "is_allowed", lambda: True)
    with pytest.raises(DataError, match=r"home folder at the beginning of '~.* is not known here"):
        local_file.local_path(written)


# --- A bare locale --------------------------------------------------------------------------------

IN_PLAIN_C = """
import sys
from pathlib import Path

import retention

for path in Path(sys.argv[1]).iterdir():
    orders = retention.read_orders(path)
    names = sorted(orders.table.customer_id.execute().unique())
    sys.stdout.buffer.write((ascii([path.name, names]) + "\\n").encode())
"""


def test_a_bare_locale_reads_every_letter(tmp_path):
    rows = [("1", "สมชาย", "2024-01-05", "5.5"), ("2", "Zoë", "2024-01-06", "2.5")]
    frame = pd.DataFrame(rows, columns=["Order", "Customer", "Date", "Total"])
    here = tmp_path / "files"
    here.mkdir()
    frame.to_csv(here / "คำสั่งซื้อ.csv", index=False)
    frame.to_excel(here / "Zoë.xlsx", sheet_name="คำสั่งซื้อ", index=False)
    bare = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(IN_PLAIN_C), str(here)],
        env=os.environ | bare,
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    read = [line for line in done.stdout.decode().splitlines() if line.startswith("[")]
    assert len(read) == 2
    assert all(ascii(["Zoë", "สมชาย"])[1:-1] in line for line in read)


# --- A clock that was set back --------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """Set the day that the computer's clock shows."""

    class AnyDate(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, real)

    real = dt.date

    def show(day: dt.date) -> None:
        class Shown(real, metaclass=AnyDate):
            @classmethod
            def today(cls) -> dt.date:
                return day

        monkeypatch.setattr(dt, "date", Shown)

    return show


def test_a_clock_set_back_by_years_is_named_where_no_row_is_left(clock):
    clock(dt.date(2019, 6, 1))
    with pytest.raises(DataError, match=r"more than a year ahead.* clock .* says 1 Jun 2019\."):
        read_orders(CSV)


def test_a_clock_set_back_by_months_is_named_beside_the_dates(clock):
    clock(dt.date(2024, 3, 1))
    report = read_orders(CSV).report
    said = " ".join([*report.notes, *report.warnings])
    assert "dated in the future" in said
    assert "the clock of this computer: it says 1 Mar 2024." in said


def test_the_pages_go_on_with_a_clock_set_back(clock):
    clock(dt.date(2024, 3, 1))
    at = use_upload(open_app().run(), CSV)
    for page in (
        "app.py",
        "pages/campaigns.py",
        "pages/campaign_calendar.py",
        "pages/scorecard.py",
    ):
        at = at.switch_page(page).run()
        assert not at.exception, page


# --- Long names -----------------------------------------------------------------------------------

LONGEST = "é" * 125 + "x.csv"
assert len(LONGEST.encode()) == 255


def test_a_name_of_255_bytes_is_read(tmp_path):
    path = tmp_path / LONGEST
    path.write_bytes(CSV)
    assert read_orders(path).report.rows_kept == 300


def test_a_name_that_no_disk_has_is_refused_in_words(tmp_path):
    with pytest.raises(DataError, match=r"There is no file at '.*Check its folder and its name"):
        read_orders(tmp_path / f"{'x' * 256}.csv")


def test_an_upload_with_a_name_of_255_bytes_is_used_and_saved():
    at = button(upload(open_app().run(), CSV, LONGEST), "Use these orders").click().run()
    assert not at.exception
    assert metrics(at)["Orders"] == "300"
    assert len(_file_name(LONGEST).encode()) <= 255


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere names are always text.")
@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_name_in_another_encoding_is_read(kind, tmp_path):
    name = os.fsdecode("Bestellungen Zürich.".encode("cp1252")) + kind
    path = tmp_path / name
    frame = pd.read_csv(io.BytesIO(CSV))
    if kind == "csv":
        path.write_bytes(CSV)
    elif kind == "xlsx":
        frame.to_excel(tmp_path / "plain.xlsx", index=False)
        (tmp_path / "plain.xlsx").rename(path)
    else:
        frame.to_parquet(tmp_path / "plain")
        (tmp_path / "plain").rename(path)
    sheet = open_sheet(path)
    assert sheet.rows == 300
    assert sheet.name == f"Bestellungen Z\ufffdrich.{kind}"


# --- Windows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [b"\r\n", b"\r", b"\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_of_every_system_make_the_same_orders(ends, mark):
    orders = read_orders(mark + CSV.replace(b"\n", ends))
    assert orders.report.rows_kept == 300
    assert orders.table.revenue.sum().execute() == read_orders(CSV).table.revenue.sum().execute()


def test_a_path_of_windows_is_shown_as_it_was_written(monkeypatch):
    monkeypatch.setattr(local_file, "is_allowed", lambda: True)
    path = local_file.local_path(r'"C:\Users\anna\Order exports\orders.csv"')
    with pytest.raises(DataError) as refusal:
        read_orders(path)
    assert r"'C:\Users\anna\Order exports\orders.csv'" in str(refusal.value)


def test_a_zip_file_of_windows_names_its_files_without_folders():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in (1, 2):
            archive.writestr(f"Order exports\\orders{number}.csv", CSV)
    orders = read_orders(packed.getvalue(), name="orders.zip")
    said = " ".join([*orders.report.notes, *orders.report.warnings])
    assert "'orders1.csv'" in said
    assert "\\" not in said


@pytest.mark.parametrize(
    "name", ["orders[1].csv", "orders(1)*.csv", "orders?.csv", "[!a].csv", "o[1]\\s.csv"]
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names.")
def test_a_name_is_never_a_pattern_that_other_files_meet(name, tmp_path):
    for other in ("orders1.csv", "orders(1)2.csv", "b.csv"):
        (tmp_path / other).write_bytes(order_rows(40))
    (tmp_path / name).write_bytes(CSV)
    assert read_orders(tmp_path / name).report.rows_read == 300
