"""Work kept in a folder: for its owner alone, whole at any moment, gone once it is forgotten."""

import os
import stat
from dataclasses import replace

import pytest

from retention.errors import DataError
from retention.kept_work import folder
from tests.kept_work.examples import some_work
from tests.kept_work.hostile import as_first_version
from tests.kept_work.test_work_file import assert_same


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    place = tmp_path / "kept"
    monkeypatch.setenv("RETENTION_HOME", str(place))
    return place


def test_what_was_written_is_read(home):
    assert not folder.is_there()
    work = some_work()
    folder.write(work)
    assert folder.is_there()
    again = folder.read()
    assert_same(work, again)
    assert again.orders.table.to_pandas().equals(work.orders.table.to_pandas())
    assert folder.read(with_orders=False).orders is None


@pytest.mark.skipif(os.name != "posix", reason="rights are written otherwise there")
def test_only_the_owner_may_read(home):
    folder.write(some_work())
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == {0o600}


def test_orders_are_written_once(home):
    work = some_work()
    folder.write(work)
    (orders,) = home.glob("orders-*")
    before = orders.stat().st_mtime_ns
    folder.write(replace(work, campaigns=()))
    assert orders.stat().st_mtime_ns == before
    assert folder.read().campaigns == ()


def test_orders_that_an_earlier_version_kept_belong_to_the_work_of_today(home):
    work = some_work()
    before = replace(work.source, name="orders.csv", until=None, files=None)
    folder.write(replace(work, source=before))
    (orders,) = home.glob("orders-*")
    orders.write_bytes(as_first_version(orders.read_bytes()))
    folder.write(work)
    assert folder.read().orders is not None


def test_orders_of_before_are_deleted(home):
    work = some_work()
    folder.write(work)
    (before,) = home.glob("orders-*")
    orders = replace(work.orders, digest="1" * 64)
    folder.write(replace(work, source=replace(work.source, digest="1" * 64), orders=orders))
    (after,) = home.glob("orders-*")
    assert before != after
    assert folder.read().orders.digest == "1" * 64


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_crash_leaves_the_old_work_whole(home, monkeypatch, step):
    work = some_work()
    folder.write(work)

    def crash(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        if step == "fsync":
            broken.setattr(os, "fsync", crash)
        else:
            broken.setattr("pathlib.Path.replace", crash)
        with pytest.raises(DataError, match="No space left"):
            folder.write(replace(work, campaigns=()))
    assert_same(folder.read(), work)
    assert not list(home.glob(".new-*"))


def test_forgetting_deletes_all_of_it_and_nothing_else(home):
    folder.write(some_work())
    (home / "mine.txt").write_text("x")
    folder.forget()
    assert [path.name for path in home.iterdir()] == ["mine.txt"]
    assert not folder.is_there()
    with pytest.raises(DataError, match="Nothing is kept"):
        folder.read()
    (home / "mine.txt").unlink()
    folder.write(some_work())
    folder.forget()
    assert not home.exists()


def test_damaged_work_is_refused_in_words(home):
    folder.write(some_work())
    path = home / "work.retention"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match="damaged"):
        folder.read()


def test_orders_of_other_work_are_refused(home):
    work = some_work()
    folder.write(work)
    (orders,) = home.glob("orders-*")
    source = replace(work.source, name="other", digest="1" * 64)
    other = replace(work, source=source, orders=replace(work.orders, digest="1" * 64))
    content = orders.read_bytes()
    folder.write(other)
    (orders,) = home.glob("orders-*")
    orders.write_bytes(content)
    with pytest.raises(DataError, match="are others"):
        folder.read()


def test_without_a_variable_it_is_the_computers_own_folder(monkeypatch):
    monkeypatch.delenv("RETENTION_HOME")
    assert folder.folder().name == "retention"
