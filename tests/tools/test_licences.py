"""Every package of the lock has a licence of the kept list, and another one is noticed."""

import os
from email.message import Message

import pytest

from tools.licences import Rules, fault, faults, installed_licences, kept_rules, licence_of
from tools.pins import LOCK, Pin, read_pins

RULES = Rules(
    allowed=frozenset({"MIT", "BSD", "BSD-3-Clause", "Apache-2.0"}),
    meanings={"MIT License": "MIT", "BSD License": "BSD", "BSD-3-Clause": "BSD-3-Clause"},
    exceptions={"psycopg": "LGPL-3.0-only"},
)


def metadata(*lines: tuple[str, str]) -> Message:
    """What a package says of itself."""
    message = Message()
    for key, value in lines:
        message[key] = value
    return message


def test_every_package_of_the_lock_has_a_licence_of_the_list():
    found, absent = installed_licences(read_pins(LOCK), kept_rules())
    assert faults(found, kept_rules()) == []
    assert len(found) > 80
    if absent and not os.environ.get("CI"):
        pytest.skip(f"Not installed, so not checked: {', '.join(absent)}. Install the lock.")
    assert absent == []


def test_the_list_names_no_package_that_has_left_the_lock():
    assert kept_rules().exceptions.keys() <= {pin.name for pin in read_pins(LOCK)}


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("MIT", ""),
        ("MIT AND BSD-3-Clause", ""),
        ("(Apache-2.0 OR MIT) AND BSD-3-Clause", ""),
        ("GPL-3.0-only", "new has the licence GPL-3.0-only, which is not on the list."),
        ("MIT AND AGPL-3.0", "new has the licence MIT AND AGPL-3.0, which is not on the list."),
        ("", "new says no licence."),
    ],
)
def test_a_new_package_needs_a_licence_of_the_list(licence, said):
    assert fault("new", licence, RULES) == said


def test_a_named_package_keeps_the_licence_it_is_named_with():
    assert fault("psycopg", "LGPL-3.0-only", RULES) == ""
    assert "named with LGPL-3.0-only, but says MIT" in fault("psycopg", "MIT", RULES)
    assert fault("other", "LGPL-3.0-only", RULES) != ""


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ([("License-Expression", "MIT OR Apache-2.0"), ("License", "none")], "MIT OR Apache-2.0"),
        ([("License", "MIT License")], "MIT"),
        ([("Classifier", "License :: OSI Approved :: MIT License")], "MIT"),
        # The classifier knows no clauses, and the field does.
        (
            [
                ("License", "BSD-3-Clause"),
                ("Classifier", "License :: OSI Approved :: BSD License"),
            ],
            "BSD-3-Clause",
        ),
        # A whole licence as the field is no name.
        (
            [
                ("License", "Copyright\nall"),
                ("Classifier", "License :: OSI Approved :: BSD License"),
            ],
            "BSD",
        ),
        # Two licences that contradict each other both count.
        (
            [("License", "MIT License"), ("Classifier", "License :: OSI Approved :: GPL")],
            "MIT AND GPL",
        ),
        ([("Classifier", "Topic :: Software")], ""),
    ],
)
def test_a_licence_is_read_wherever_a_package_writes_it(lines, licence):
    assert licence_of(metadata(*lines), RULES.meanings) == licence


def test_what_is_not_installed_is_named_and_other_systems_are_passed_over():
    pins = [
        Pin("no-such-package", "1", "", ""),
        Pin("no-such-package-either", "1", "python_version < '3'", ""),
        Pin("pytest", "1", "", ""),
    ]
    found, absent = installed_licences(pins, RULES)
    assert list(found) == ["pytest"]
    assert absent == ["no-such-package"]
