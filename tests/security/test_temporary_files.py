"""Temporary files are for their owner alone, under names that nobody guesses, and go in the end."""

import errno
import gc
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from retention import temporary_files
from retention.errors import NoRoomError
from retention.experiments import groups
from retention.file_worker import tasks
from retention.kept_work.parquet import NUMBER, TEXT, frame_to_parquet, from_parquet
from retention.orders.orders import read_orders
from retention.sheets.sheet import connect
from retention.temporary_files import new_file, temporary_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
ROWS = [f"{i},a{i % 9}@example.com,2024-01-{1 + i % 28:02},5.50" for i in range(60)]
CSV = "\n".join(["Order,Email,Date,Total", *ROWS]).encode()
#: Files that are read by way of temporary ones, by what writes these.
FILES = {
    "text": CSV,
    "other letters": CSV.replace(b"a1@", "ä@".encode("cp1252")),
    "columns set apart by blanks": CSV.replace(b",", b"   "),
}


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """The folder in which temporary ones are made, which everybody could look into."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    old = os.umask(0)  # files would be open to everybody
    yield place
    os.umask(old)


def left_in(place: Path) -> list[Path]:
    """What lies in a place, but for the lock by which this process says that it runs."""
    return [path for path in place.iterdir() if path.suffix != ".lock"]


def modes(place: Path) -> dict[str, tuple[set[int], set[int]]]:
    """The modes of the folders and of the files below each folder of a place."""
    found = {}
    for folder in left_in(place):
        paths = [folder, *folder.rglob("*")]
        found[folder.name] = tuple(
            {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir() == is_dir}
            for is_dir in (True, False)
        )
    return found


@pytest.fixture
def seen(place, monkeypatch) -> list[tuple[str, set[int], set[int]]]:
    """Name and modes of each temporary folder, as it is when it is done with."""
    seen = []
    remove = temporary_files._remove

    def look_and_remove(folder: Path) -> None:
        if folder.is_dir():
            for name, (folders, files) in modes(folder.parent).items():
                if name == folder.name:
                    seen.append((name, {stat.S_IMODE(folder.stat().st_mode)} & folders, files))
        remove(folder)

    monkeypatch.setattr(temporary_files, "_remove", look_and_remove)
    return seen


def fail_inside(error: Exception) -> None:
    """Meet an error while a temporary folder is in use."""
    with temporary_folder() as folder:
        (folder / "part").mkdir()
        raise error


def test_a_temporary_folder_is_for_its_owner_alone_and_goes(place):
    with temporary_folder() as folder:
        assert folder.parent == place
        new_file(folder / "part").write_bytes(b"anna@example.com")
        assert modes(place) == {folder.name: ({0o700}, {0o600})}
    assert left_in(place) == []


def test_nobody_guesses_its_name(place):
    names = set()
    for _ in range(50):
        with temporary_folder() as folder:
            names.add(folder.name)
    assert len(names) == 50
    assert all(re.fullmatch(r"orders-[0-9a-f]{32}-[0-9a-f]{32}-\w+", name) for name in names)


def test_it_goes_where_reading_fails(place):
    with pytest.raises(ValueError, match="stop"):
        fail_inside(ValueError("stop"))
    assert left_in(place) == []


def test_it_goes_where_the_process_ends_while_a_thread_still_reads(place):
    code = """
import sys, tempfile, threading, time
from retention.temporary_files import new_file, temporary_folder

tempfile.tempdir = sys.argv[1]
is_written = threading.Event()

def read():
    with temporary_folder() as folder:
        new_file(folder / "source").write_bytes(b"anna@example.com")
        is_written.set()
        time.sleep(600)

threading.Thread(target=read, daemon=True).start()
is_written.wait()
sys.exit(3)
"""
    root = Path(temporary_files.__file__).parents[1]
    ended = subprocess.run([sys.executable, "-c", code, str(place)], cwd=root, check=False)
    assert ended.returncode == 3
    assert left_in(place) == []


@pytest.mark.parametrize("kind", FILES)
def test_what_reading_writes_is_for_its_owner_alone_and_goes(kind, place, seen):
    orders = read_orders(FILES[kind], name="orders.csv")
    assert orders.report.rows_kept == len(ROWS)
    assert {(*folders, *files) for _, folders, files in seen} == {(0o700, 0o600)}
    del orders
    gc.collect()
    assert left_in(place) == []


def frame() -> pd.DataFrame:
    rows = [row.split(",") for row in ROWS]
    return pd.DataFrame(rows, columns=["Order", "Email", "Date", "Total"])


def packed(kind: str, tmp_path: Path) -> bytes:
    """The rows as a file that the worker decodes, or as one that is unpacked."""
    path = tmp_path / f"orders.{kind}"
    if kind == "xlsx":
        frame().to_excel(path, index=False)
    elif kind == "parquet":
        frame().to_parquet(path)
    else:
        compression = {"zip": {"method": "zip", "archive_name": "orders.csv"}, "gz": "gzip"}[kind]
        frame().to_csv(path, index=False, compression=compression)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "zip", "gz"])
def test_what_unpacking_writes_is_for_its_owner_alone_and_goes(kind, place, seen, tmp_path):
    content = packed(kind, tmp_path)
    orders = read_orders(content, name=f"orders.{kind}")
    assert orders.report.rows_kept == len(ROWS)
    written = [files for _, _, files in seen if files]
    assert len(written) >= (2 if kind in ("xlsx", "parquet") else 1)
    assert all(files == {0o600} for files in written)
    del orders
    gc.collect()
    assert left_in(place) == []


def test_the_parts_of_saved_work_are_for_their_owner_alone(place, seen):
    content = frame_to_parquet(pd.DataFrame({"customer": ["anna@example.com"], "amount": [2.5]}))
    from_parquet(content, "part", {"customer": TEXT, "amount": NUMBER})
    assert [files for _, _, files in seen] == [{0o600}]
    assert left_in(place) == []


def test_a_list_of_customers_is_for_its_owner_alone(place, seen):
    assert groups._lines(b"anna@example.com\nben@example.com", "list.txt")[0] == "anna@example.com"
    assert [files for _, _, files in seen] == [{0o600}]
    assert left_in(place) == []


def test_each_engine_has_a_folder_of_its_own_which_goes_with_it(place):
    engines = [connect(), connect()]
    assert len(modes(place)) == 2
    assert all(folders == {0o700} for folders, _ in modes(place).values())
    del engines[0]
    gc.collect()
    assert len(modes(place)) == 1
    engines.clear()
    gc.collect()
    assert modes(place) == {}


def test_what_does_not_fit_in_memory_lies_in_the_engines_folder(place):
    con = connect()
    con.raw_sql("SET memory_limit = '40MB'")
    con.raw_sql("CREATE TABLE t AS SELECT i, md5(i::VARCHAR) AS a FROM range(3000000) r(i)")
    [folder] = left_in(place)
    assert list(folder.rglob("*")), "nothing was too much for the memory"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_temporary_folders_are_made_in_one_place():
    package = Path(temporary_files.__file__).parent
    makes = re.compile(r"TemporaryDirectory|mkdtemp|NamedTemporaryFile|gettempdir|TemporaryFile")
    makers = {p.name for p in package.rglob("*.py") if makes.search(p.read_text(encoding="utf-8"))}
    assert makers == {"temporary_files.py", "left_over_files.py"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_folder_is_told_in_words(number, place):
    with pytest.raises(NoRoomError, match=r"is full where the app runs\. Free some room"):
        fail_inside(OSError(number, os.strerror(number)))


def test_a_closed_folder_is_told_in_words(monkeypatch):
    def closed(**_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "mkdtemp", closed)
    with pytest.raises(NoRoomError, match=r"cannot be written to .*TMPDIR"):
        connect()


def test_a_folder_that_is_gone_is_told_in_words(place):
    shutil.rmtree(place)
    with pytest.raises(NoRoomError, match=r"is gone .*Make it again"):
        read_orders(CSV)


def test_a_folder_that_goes_meanwhile_is_told_in_words(place):
    def write_late() -> None:
        with temporary_folder() as folder:
            shutil.rmtree(place)
            (folder / "part").write_bytes(b"")

    with pytest.raises(NoRoomError, match="is gone"):
        write_late()


def test_other_errors_are_left_to_who_reads(place):
    with pytest.raises(PermissionError):
        fail_inside(PermissionError(errno.EACCES, "Permission denied", "/home/anna/orders.csv"))


def test_the_worker_leaves_files_for_its_owner_alone(place, tmp_path):
    (tmp_path / "answers").mkdir()
    (tmp_path / "orders.parquet").write_bytes(packed("parquet", tmp_path))
    tasks.read_parquet(tmp_path / "orders.parquet", tmp_path / "answers", 1 << 20)
    [answer] = (tmp_path / "answers").iterdir()
    assert stat.S_IMODE(answer.stat().st_mode) == 0o600
