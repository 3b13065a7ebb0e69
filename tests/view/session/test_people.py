"""What is known of customers beside money is read once a session, whatever pages use it."""

from collections import Counter

import pytest

from retention.view.session import people
from tests.pages.steps import open_app, order_file, use_upload

ROWS = [
    f"{i}-{k},c{i}@x.com,2024-{1 + (i + 2 * k) % 8:02d}-{1 + i % 28:02d},{10 + i % 9},{i % 5 + 1}"
    for i in range(300)
    for k in range(1 + i % 3)
]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """How often contacts and signals are read from the orders."""
    reads = Counter()

    def counted(name: str):
        read = getattr(people, name)

        def count_and_read(orders):
            reads[name] += 1
            return read(orders)

        return count_and_read

    for name in ("contacts", "signals"):
        monkeypatch.setattr(people, name, counted(name))
    return reads


def test_two_pages_read_contacts_and_signals_once(reads):
    file = order_file(ROWS, "Order,Email,Date,Total,Rating")
    at = use_upload(open_app().run(), file)
    at = at.switch_page("pages/own_segments.py").run()
    assert not at.exception
    assert reads == {"contacts": 1, "signals": 1}
    at = at.switch_page("pages/campaigns.py").run()
    assert not at.exception
    assert reads == {"contacts": 1, "signals": 1}
