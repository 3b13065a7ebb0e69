"""Rows without a customer, where another column of the file names one."""

import pytest

from retention import read_orders


def shop(names: bool, mails: int = 2) -> bytes:
    """A file with an e-mail on one row of `mails`, and a name on each."""
    rows = ["Order number,Date,Email,Billing name,Total"]
    for n in range(200):
        mail = f"c{n % 40}@x.com" if n % mails == 0 else ""
        name = f"Ann Example {n % 40}" if names else ""
        rows.append(f"{n},2024-{1 + n % 12:02}-{1 + n % 28:02},{mail},{name},20")
    return "\n".join(rows).encode()


def guests(content: bytes) -> list[str]:
    return [words for words in read_orders(content).report.warnings if "name no customer" in words]


def test_a_full_column_of_names_is_proposed_where_half_the_addresses_are_missing():
    (warning,) = guests(shop(names=True))
    assert warning.startswith("50% of the rows name no customer in 'Email'")
    assert "'Billing name'" in warning
    assert "share a name" in warning


@pytest.mark.parametrize(("names", "mails"), [(False, 2), (True, 1)])
def test_nothing_is_said_where_no_column_helps_or_hardly_a_row_is_left_out(names, mails):
    assert guests(shop(names, mails)) == []
