"""Sample orders: an invented shop with known parameters, and CDNOW, the field's reference data."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pandas as pd

from retention.errors import DataError
from retention.lifetimes_package import CdnowFile, cdnow_file
from retention.orders.orders import Orders
from retention.samples.simulator import simulate_orders
from retention.samples.store import store_campaigns, store_file_frame
from retention.samples.world import CHANNELS, PRODUCTS, SUBSCRIPTION

__all__ = [
    "CHANNELS",
    "PRODUCTS",
    "SAMPLES",
    "SUBSCRIPTION",
    "Sample",
    "sample_file",
    "sample_orders",
    "simulate_orders",
    "store_campaigns",
]


@dataclass(frozen=True, slots=True)
class Sample:
    """A data set that comes with the app, in the words of the front page.

    Attributes:
        label: What it is called.
        description: What it holds.
        size: Customers and orders.
        source: Where it is from.
        licence: How it may be used.
    """

    label: str
    description: str
    size: str
    source: str
    licence: str


SAMPLES: dict[str, Sample] = {
    "store": Sample(
        label="Morning Lane, a sample store",
        description="An invented coffee and tea shop with seasons, coupons, refunds and a "
        "subscription.",
        size="12,000 customers and about 37,000 orders over three years",
        source="Simulated with known parameters, so that every estimate can be compared with the "
        "truth",
        licence="MIT, like this app",
    ),
    "cdnow": Sample(
        label="CDNOW, real orders",
        description="Customers who first bought CDs at a web shop in early 1997, followed for 18 "
        "months: the data that customer value models are compared on.",
        size="2,357 customers and 6,919 orders (every tenth customer; all: 23,570 and 69,659)",
        source="Fader and Hardie 2001, Interfaces 31; it comes with the lifetimes package",
        licence="Published without a licence; lifetimes, which carries it, is MIT",
    ),
}


def sample_orders(name: str = "store", **options: Any) -> Orders:
    """Return a sample as orders, read as an upload of `sample_file` would be.

    Args:
        name: A key of `SAMPLES`.
        **options: Those of `sample_file`.

    Returns:
        The orders.

    Raises:
        DataError: There is no such sample.
        TypeError: The sample does not have such an option.
    """
    from retention.orders.orders import read_orders

    return read_orders(sample_file(name, **options), name=f"{name}.csv")


def sample_file(name: str = "store", **options: Any) -> bytes:
    """Return a sample as the UTF-8 CSV file that a marketer would have uploaded.

    The store has one row per order, oldest first, and a few more for what went wrong. Its customers
    are invented. From 6,000 customers on it has sent two campaigns, whose true effect
    `store_campaigns` tells. The orders that they brought are in the file.

    CDNOW has one row per order. Its sample numbers customers from "0001", as published results do.
    The full file has its own numbers.

    Args:
        name: A key of `SAMPLES`.
        **options: Of "store": `seed` (1), `customers` (12,000), `start` (2023-11-01) and `end`
            (2026-10-31), days or "YYYY-MM-DD". Of "cdnow": `customers`, "sample" for every tenth
            customer (default) or "all".

    Returns:
        The file. The store's columns are:

        - "Order ID", "Order date", "Status", "Currency";
        - "Total": after the discount, before any refund;
        - "Discount", "Coupon", "Refunded amount";
        - "Channel", "Region", "Category", "Product", "Quantity";
        - "Rating": 1 to 5, on some orders;
        - "Subscription": yes on its deliveries;
        - "Customer e-mail", "First name", "Last name", "Country";
        - "Phone": a third has one;
        - "Accepts marketing": yes or no.

        CDNOW's columns are "customer", "date", "CDs" and "amount".

    Raises:
        DataError: The name or a choice is unknown, or the dates hold no day.
        TypeError: The sample does not have such an option.
    """
    if name not in SAMPLES:
        raise DataError(f'There is no sample "{name}". Pick one of: {", ".join(SAMPLES)}.')
    frame = store_file_frame(**options) if name == "store" else _cdnow(**options)
    buffer = io.BytesIO()
    frame.to_csv(buffer, index=False, float_format="%.2f", lineterminator="\n", encoding="utf-8")
    return buffer.getvalue()


def _cdnow(customers: str = "sample") -> pd.DataFrame:
    # The sample file numbers its customers twice, as the full file does and by itself. Published
    # results quote the latter.
    layouts: dict[str, tuple[CdnowFile, int, list[str]]] = {
        "sample": ("CDNOW_sample.txt", 0, ["full_file_id", "customer", "date", "CDs", "amount"]),
        "all": ("CDNOW_master.txt", 1, ["customer", "date", "CDs", "amount"]),
    }
    if customers not in layouts:
        raise DataError(f'CDNOW comes as {" or ".join(layouts)} customers, not "{customers}".')
    file, header_lines, columns = layouts[customers]
    frame = pd.read_csv(
        cdnow_file(file), sep=r"\s+", skiprows=header_lines, names=columns, dtype=str
    )
    frame["date"] = pd.to_datetime(frame["date"], format="%Y%m%d").dt.strftime("%Y-%m-%d")
    return frame[["customer", "date", "CDs", "amount"]]
