"""The disk is full, closed or gone: words say so, and what is loaded or kept stays whole."""

import gzip
import io
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from retention.errors import DataError, NoRoomError
from retention.kept_work import folder
from retention.orders.orders import read_orders
from tests.faults.conftest import ROWS, order_rows
from tests.kept_work.examples import some_work
from tests.pages.steps import button, metrics, upload, words

FULL = "The folder for temporary files is full where the app runs. Free some room on its disk"


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", content)
    return packed.getvalue()


def _frame(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content))


#: How a file of orders is written, by what reading it writes to the temporary folder.
WRITTEN = {
    "orders.csv.gz": gzip.compress,
    "orders.zip": _zipped,
    "orders.parquet": lambda content: _frame(content).to_parquet(),
    "thai.csv": lambda content: content.replace(b"a1@", "ก@".encode("cp874")),
    "blanks.txt": lambda content: content.replace(b",", b"   "),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_full_disk_is_no_fault_of_the_file(name, tmp_path, temporary, largest_file):
    path = tmp_path / name
    path.write_bytes(WRITTEN[name](order_rows()))
    largest_file(100_000)  # a fraction of what is unpacked or decoded
    with pytest.raises(NoRoomError, match=FULL):
        read_orders(path)
    assert not [path for path in temporary.rglob("*/*") if path.is_file()]  # a lock lies beside


def test_a_full_disk_is_no_fault_of_a_workbook(tmp_path, temporary, largest_file):
    path = tmp_path / "orders.xlsx"
    _frame(order_rows(3_000)).to_excel(path, index=False)
    largest_file(50_000)
    with pytest.raises(NoRoomError, match=FULL):
        read_orders(path)
    assert not [path for path in temporary.rglob("*/*") if path.is_file()]  # a lock lies beside


@pytest.mark.parametrize("name", WRITTEN)
def test_with_room_again_the_same_file_is_read(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(WRITTEN[name](order_rows()))
    assert read_orders(path).report.rows_kept == ROWS


def test_an_upload_without_room_is_refused_in_words_and_what_is_loaded_stays(cdnow, largest_file):
    at = button(cdnow, "Load other orders").click().run()
    largest_file(100_000)
    at = upload(at, order_rows())
    assert not at.exception
    assert "This file cannot be used" in words(at)
    assert FULL in words(at)
    assert "Nothing that is loaded or kept is lost." in words(at)
    largest_file(1 << 30)
    back = next(found for found in at.button if found.label.startswith("Back to CDNOW"))
    at = back.click().run()
    assert metrics(at)["Customers"] == "2,357"


def test_an_upload_without_any_folder_is_refused_in_words(front, temporary):
    shutil.rmtree(temporary)
    at = upload(front, order_rows(100))
    assert not at.exception
    assert "The folder for temporary files is gone" in words(at)
    temporary.mkdir()
    at = upload(at, order_rows(100))
    assert button(at, "Use these orders")


@pytest.fixture
def kept(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("RETENTION_HOME", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_kept_work_stays_whole_where_the_disk_is_full(kept, largest_file):
    work = some_work()
    folder.write(work)
    before = {path.name: path.read_bytes() for path in kept.iterdir()}
    largest_file(100)
    with pytest.raises(DataError, match=r"cannot be kept in .* too large\. Free some room there"):
        folder.write(work)
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == before
    largest_file(1 << 30)
    assert folder.read().source == work.source


def test_a_kept_folder_that_cannot_be_looked_into_is_no_offer(kept, monkeypatch):
    def closed(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    folder.write(some_work())
    monkeypatch.setattr(Path, "is_file", closed)
    assert not folder.is_there()


def test_kept_work_that_cannot_be_written_says_why(kept):
    kept.write_text("a file in the place of the folder")
    with pytest.raises(DataError, match=r"cannot be kept in .*Free some room there, or let"):
        folder.write(some_work())
