"""What falls in the worker falls alone: the next file is read, and nothing waits for ever."""

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from retention.file_worker import process
from retention.file_worker.process import UnreadableFileError, decode

MUCH = 1 << 30


@pytest.fixture(autouse=True)
def no_worker_waits():
    """Each test begins and ends without a worker."""
    process.end_all()
    yield
    process.end_all()


@pytest.fixture
def table_file(tmp_path):
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table({"customer": ["a", "b"], "amount": [1.5, None]}), path)
    return path


def decoded(path, tmp_path, most_bytes=MUCH, task="parquet"):
    folder = tmp_path / f"answers-{threading.get_ident()}"
    folder.mkdir(exist_ok=True)
    return decode(task, path, folder, most_bytes)


def worker_that(statement, monkeypatch):
    """Let the next workers run a statement when they are asked."""
    code = f"import os, sys, time; line = sys.stdin.buffer.readline(); {statement}"
    monkeypatch.setattr(process, "_CODE", code)


def test_a_table_comes_back_with_its_types(table_file, tmp_path):
    table = decoded(table_file, tmp_path).tables[0]
    assert table.to_pydict() == {"customer": ["a", "b"], "amount": [1.5, None]}
    assert table.schema.types == [pa.string(), pa.float64()]


def test_the_sheets_of_a_workbook_come_back_as_text(tmp_path):
    path = tmp_path / "orders.xlsx"
    with pd.ExcelWriter(path) as book:
        frame = pd.DataFrame({"n": [1.0, 2.5], "day": pd.to_datetime(["2026-01-05", "2026-01-06"])})
        frame.to_excel(book, sheet_name="Orders", index=False, startrow=1, startcol=1)
        frame.to_excel(book, sheet_name="Empty")
    answer = decoded(path, tmp_path, task="workbook")
    assert [sheet["title"] for sheet in answer.about["sheets"]] == ["Orders", "Empty"]
    assert [column.to_pylist() for column in answer.tables[0].columns] == [
        ["", "", "", ""],
        ["", "n", "1", "2.5"],
        ["", "day", "2026-01-05", "2026-01-06"],
    ]


def test_one_worker_reads_many_files(table_file, tmp_path):
    workers = set()
    for _ in range(3):
        decoded(table_file, tmp_path)
        workers.add(process._WAITING[0].pid)
    assert len(process._WAITING) == len(workers) == 1


def test_a_worker_of_a_large_process_reads_many_files_too(table_file, tmp_path):
    filled = bytearray(b"x") * (600 << 20)
    decoded(table_file, tmp_path)
    assert len(process._WAITING) == 1
    assert len(filled) == 600 << 20


def test_a_damaged_file_is_told_from_a_fall(tmp_path):
    path = tmp_path / "orders.parquet"
    path.write_bytes(b"PAR1 no table at all PAR1")
    with pytest.raises(UnreadableFileError) as refusal:
        decoded(path, tmp_path)
    assert refusal.value.problem == "damaged"
    assert len(process._WAITING) == 1, "the worker goes on"


@pytest.mark.parametrize("statement", ["os.abort()", "os._exit(0)", "sys.stdout.write('{')"])
def test_a_worker_that_falls_is_replaced(statement, table_file, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        worker_that(statement, patch)
        with pytest.raises(UnreadableFileError) as refusal:
            decoded(table_file, tmp_path)
    assert refusal.value.problem == "fallen"
    assert decoded(table_file, tmp_path).tables[0].num_rows == 2


def test_a_worker_that_never_answers_is_ended(table_file, tmp_path, monkeypatch):
    monkeypatch.setattr(process, "LEAST_SECONDS", 0.5)
    with monkeypatch.context() as patch:
        worker_that("time.sleep(600)", patch)
        with pytest.raises(UnreadableFileError) as refusal:
            decoded(table_file, tmp_path)
    assert refusal.value.problem == "time"
    assert not process._WAITING


def test_a_worker_that_was_killed_while_it_waited_is_no_fault_of_the_file(table_file, tmp_path):
    decoded(table_file, tmp_path)
    process._WAITING[0].send_signal(signal.SIGTERM)
    assert decoded(table_file, tmp_path).tables[0].num_rows == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_a_file_that_wants_too_much_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "LEAST_MEMORY", 16 << 20)
    path = tmp_path / "orders.parquet"
    rows = 16_000
    long_text = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["x" * 20_000])
    pq.write_table(pa.table({"a": long_text}), path)
    with pytest.raises(UnreadableFileError) as refusal:
        decoded(path, tmp_path)
    assert refusal.value.problem == "memory"
    small = tmp_path / "small.parquet"
    pq.write_table(pa.table({"a": [1]}), small)
    assert decoded(small, tmp_path).tables[0].num_rows == 1


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table({"a": ["x" * 1_000] * 5_000}), path)
    with pytest.raises(UnreadableFileError) as refusal:
        decoded(path, tmp_path, most_bytes=100_000)
    assert refusal.value.problem == "too large"


def test_files_of_several_sessions_are_read_side_by_side(table_file, tmp_path):
    with ThreadPoolExecutor(8) as sessions:
        rows = list(
            sessions.map(lambda _: decoded(table_file, tmp_path).tables[0].num_rows, range(16))
        )
    assert rows == [2] * 16
    assert len(process._WAITING) <= process.MOST_WORKERS


def test_a_worker_ends_when_nobody_can_ask_any_more(table_file, tmp_path):
    decoded(table_file, tmp_path)
    worker = process._WAITING[0]
    worker.stdin.close()
    assert worker.wait(timeout=10) == 0


def test_a_path_in_any_writing_is_handed_over(table_file, tmp_path):
    path = tmp_path / "Bestellungen Zürich “neu” 注文.parquet"
    path.write_bytes(table_file.read_bytes())
    assert decoded(path, tmp_path).tables[0].num_rows == 2
