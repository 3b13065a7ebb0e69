"""Every page with orders that have no amounts: a customer, a date and, once, a channel."""

import numpy as np
import pandas as pd
import pytest

from retention.samples.simulator import simulate_orders
from retention.view import shell
from retention.wording import NO_AMOUNTS
from tests.pages.steps import (
    as_read,
    button,
    metrics,
    open_app,
    open_tab,
    upload,
    use_upload,
    words,
)

PAGES = [page.path for page in shell.PAGES if page.path != shell.FRONT_PAGE]
#: What a page may not show: an amount or a number that nobody knows.
NEVER = ("nan", "NaN", "$", "Revenue so far", "Expected value")


@pytest.fixture(scope="module")
def orders_file() -> bytes:
    """Customers, days and channels of a simulated store."""
    orders = simulate_orders(
        600, 700, seed=3, r=0.6, alpha=40.0, a=0.8, b=3.0, p=6.0, q=4.0, v=15.0
    )
    channels = np.array(["Search", "E-mail", "Shop"])[orders["customer_id"].astype(int) % 3]
    frame = pd.DataFrame(
        {
            "Customer": orders["customer_id"].astype(str) + "@example.com",
            "Order date": orders["ordered_at"],
            "Channel": channels,
        }
    )
    return frame.to_csv(index=False).encode()


@pytest.fixture
def loaded(orders_file):
    """The front page with such orders in use."""
    return use_upload(open_app().run(), orders_file)


def unknown_money(at) -> list[str]:
    """What stands on the page in money, or as a number that is none."""
    shown = [words(at), *metrics(at).values(), *map(str, metrics(at))]
    shown += [as_read(str(metric.delta)) for metric in at.metric]
    shown += [html.body for html in at.get("html") if hasattr(html, "body")]
    return [word for word in NEVER for text in shown if word in text.split() or word == text]


def test_the_column_check_says_what_is_lost_and_goes_on(orders_file):
    at = upload(open_app().run(), orders_file)
    assert not at.exception
    assert "No column holds amounts" in words(at)
    assert "Revenue" not in metrics(at)
    at = button(at, "Use these orders").click().run()
    assert not at.exception
    assert list(metrics(at)) == [
        *("Customers", "Orders", "Bought again"),
        *("Will order again", "Expected orders"),
    ]
    assert words(at).count(NO_AMOUNTS) == 1


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_and_says_once_why_there_is_no_money(loaded, path):
    at = loaded.switch_page(path).run()
    assert not at.exception
    assert not at.error
    assert words(at).count(NO_AMOUNTS) == 1
    assert not unknown_money(at)


def test_every_tab_of_the_value_page_opens(loaded):
    at = loaded.switch_page("pages/lifetime_value.py").run()
    names = [tab.label.partition(": ")[2] for tab in at.tabs]
    assert names == ["Can I trust it?", "One customer", "All customers"]
    for name in names:
        at = open_tab(at, name)
        assert not at.exception
        assert not at.error
        assert not unknown_money(at)
