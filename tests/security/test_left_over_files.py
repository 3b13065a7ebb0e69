"""Temporary folders go with their process, or at the next start: its own, and nobody else's."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from retention.left_over_files import PREFIX, process_prefix, remove_left_overs

ROOT = Path(__file__).parents[2]
#: A process that makes a folder with somebody's orders in it, says its name, and waits.
READS = """
import sys, tempfile, time
from pathlib import Path
from retention.left_over_files import process_prefix

folder = Path(tempfile.mkdtemp(prefix=process_prefix()))
(folder / "orders.csv").write_text("customer,date,amount")
print(folder, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """The folder for temporary files, which is empty at first."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def reader(place: Path) -> tuple[subprocess.Popen, Path]:
    """A process that holds a folder, and that folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", READS],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(place), "TEMP": str(place), "TMP": str(place)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, Path(process.stdout.readline().strip())


def ended(process: subprocess.Popen, how: int | None = None) -> None:
    if how is None:
        process.communicate("\n")
    else:
        process.send_signal(how)
        process.communicate()


def test_what_a_killed_process_left_is_removed_at_the_next_start(place):
    process, folder = reader(place)
    ended(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    assert (folder / "orders.csv").exists()
    assert remove_left_overs() == 1
    assert list(place.iterdir()) == []


def test_a_running_server_keeps_its_folders(place):
    process, folder = reader(place)
    assert remove_left_overs() == 0
    assert (folder / "orders.csv").exists()
    ended(process)


def test_of_two_servers_only_the_killed_one_loses_its_folder(place):
    (running, kept), (killed, left) = reader(place), reader(place)
    ended(killed, getattr(signal, "SIGKILL", signal.SIGTERM))
    assert remove_left_overs() == 1
    assert kept.is_dir()
    assert not left.exists()
    ended(running)


def test_own_folders_stay(place):
    folder = Path(tempfile.mkdtemp(prefix=process_prefix()))
    assert remove_left_overs() == 0
    assert folder.is_dir()


@pytest.mark.parametrize("name", ["orders-2024", f"{PREFIX}x7f3k2_a", f"{PREFIX}{'0' * 32}-mine"])
def test_folders_without_the_lock_of_a_process_stay(place, name):
    (place / name).mkdir()
    assert remove_left_overs() == 0
    assert (place / name).is_dir()


def test_what_a_link_leads_to_stays(place, tmp_path_factory):
    own = tmp_path_factory.mktemp("elsewhere")
    (own / "orders.csv").write_text("customer,date,amount")
    mark = "0" * 32
    (place / f"{PREFIX}{mark}.lock").touch()
    (place / f"{PREFIX}{mark}-link").symlink_to(own, target_is_directory=True)
    assert remove_left_overs() == 0
    assert (own / "orders.csv").exists()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="This system has no owners of files.")
def test_folders_of_another_user_stay(place, monkeypatch):
    process, folder = reader(place)
    ended(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    monkeypatch.setattr(os, "getuid", lambda: 12_345)
    assert remove_left_overs() == 0
    assert folder.is_dir()


def test_a_process_that_ends_by_itself_leaves_no_lock(place):
    process, folder = reader(place)
    (folder / "orders.csv").unlink()
    folder.rmdir()
    ended(process)
    assert list(place.iterdir()) == []
