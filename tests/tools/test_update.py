"""An update moves every pin that is not held, and nothing else of the files."""

import pytest

from tools.pins import LOCK, NAMED, Pin, read_pin, read_pins
from tools.update import loosened, moved

NEWEST = {"pandas": "3.10.0", "psycopg": "4.0", "sqlglot": "40.0"}
HELD = "sqlglot==30.8.0              # held: from 30.20 on its DROP statements come out broken"


@pytest.mark.parametrize(
    ("line", "pin"),
    [
        ("pandas==3.1.1   # frames", Pin("pandas", "3.1.1", "", "frames")),
        (
            'tea-tasting==1.14.0; python_version < "3.12"  # held: the last',
            Pin("tea-tasting", "1.14.0", 'python_version < "3.12"', "held: the last"),
        ),
        (
            "colorama==0.4.6 ; sys_platform == 'win32'",
            Pin("colorama", "0.4.6", "sys_platform == 'win32'", ""),
        ),
        ("-r requirements.txt", None),
        ("    # via pandas==3", None),
        ("", None),
    ],
)
def test_a_line_is_read_as_a_pin(line, pin):
    assert read_pin(line) == pin


def test_names_are_compared_as_indexes_do():
    assert Pin("Lazy_Loader", "1", "", "").name == "lazy-loader"
    assert Pin("psycopg[binary]", "1", "", "").name == "psycopg"


def test_a_pin_for_another_system_does_not_apply():
    assert Pin("colorama", "1", "", "").applies
    assert not Pin("colorama", "1", "python_version < '3'", "").applies


def test_only_what_is_held_keeps_its_version_for_the_resolver():
    pins = [
        Pin("pandas", "3.1.1", "", "frames"),
        Pin("tea-tasting", "1.14.0", 'python_version < "3.12"', "held: the last"),
    ]
    assert loosened(pins) == 'pandas\ntea-tasting==1.14.0; python_version < "3.12"\n'


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("pandas==3.1.1                # frames", "pandas==3.10.0               # frames"),
        ("psycopg[binary]==3.3.9       # reads", "psycopg[binary]==4.0         # reads"),
        ("pandas==3.1.1", "pandas==3.10.0"),
        (HELD, HELD),
        ("# a remark on pandas==3.1.1", "# a remark on pandas==3.1.1"),
        ("-r requirements.txt", "-r requirements.txt"),
    ],
)
def test_a_line_moves_to_the_newest_release_and_keeps_its_comment(line, after):
    assert moved(line, NEWEST) == after


def test_the_lock_holds_what_the_files_name():
    """`make lock` was run after the last change of a pin."""
    locked = {(pin.name, pin.version) for pin in read_pins(LOCK)}
    named = {(pin.name, pin.version) for path in NAMED for pin in read_pins(path)}
    assert named - locked == set()


def test_each_pin_says_what_it_is_for():
    assert [pin.name for path in NAMED for pin in read_pins(path) if not pin.comment] == []
