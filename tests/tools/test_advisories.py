"""What pip-audit finds fails the check; a database that cannot be reached does not, and is said."""

import json

import pytest

from tools.advisories import audit_lines

SOUND = {"name": "attrs", "version": "26.1.0", "vulns": []}
FLAWED = {
    "name": "jinja2",
    "version": "3.1.2",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["3.1.3", "3.1.4"]},
        {"id": "X", "fix_versions": []},
    ],
}
UNKNOWN = {"name": "lxml", "skip_reason": "Dependency not found on PyPI"}


def output(*packages: dict) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_an_advisory_fails_the_check_and_says_what_mends_it():
    code, lines = audit_lines(1, output(SOUND, FLAWED, UNKNOWN), "")
    assert code == 1
    assert lines == [
        "jinja2 3.1.2: PYSEC-1, mended in 3.1.3, 3.1.4.",
        "jinja2 3.1.2: X, mended in no release yet.",
    ]


def test_packages_without_an_advisory_are_counted():
    assert audit_lines(0, output(SOUND), "") == (0, ["1 packages: no advisory is known."])


def test_a_package_that_the_index_does_not_know_is_named():
    code, lines = audit_lines(0, output(SOUND, UNKNOWN), "")
    assert code == 0
    assert lines[1] == "The index knows nothing of: lxml."


def test_an_index_that_answers_with_nothing_has_checked_nothing():
    code, lines = audit_lines(0, output(UNKNOWN, UNKNOWN), "No known vulnerabilities found")
    assert code == 0
    assert lines == ["The index answers with no advisories, so none was checked."]


@pytest.mark.parametrize(
    "last",
    [
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='pypi.org', port=443)",
        "requests.exceptions.ProxyError: HTTPSConnectionPool(host='pypi.org', port=443)",
        "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed",
    ],
)
def test_a_network_that_is_not_there_is_said_in_one_line(last):
    code, lines = audit_lines(1, "", f"Traceback\n{last}\n")
    assert code == 0
    assert lines == ["No database of advisories could be reached, so none was checked."]


@pytest.mark.parametrize("errors", ["usage: pip-audit\nerror: unknown option", "", "No module"])
def test_an_audit_that_fails_of_itself_fails_the_check(errors):
    code, lines = audit_lines(2, "", errors)
    assert code == 1
    assert lines[0].startswith("pip-audit failed with exit code 2")
