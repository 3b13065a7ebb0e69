"""Work as a visitor may have made it, and the orders that it was done on."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import pandas as pd

from retention.campaigns.usual import usual_campaign
from retention.cells.statuses import State
from retention.columns.mapping import Mapping
from retention.customers.summary import summarise_customers
from retention.experiments.campaign_test import CampaignTest, MeasuredLift
from retention.kept_work.made import FixedChoice, JoinedFiles, LeftAlone, NotedTest
from retention.kept_work.store_settings import StoreSettings
from retention.kept_work.work import OpenPage, OrdersSource, Work
from retention.orders.orders import Orders, read_orders
from retention.own_segments.conditions import Condition, Group
from retention.own_segments.library import OwnSegment
from retention.reports.industry import Target
from retention.segments.rules import SegmentRules
from retention.signal_files.read import read_signals

ROWS = [
    "1,ann@example.com,2024-01-05 10:00,20.10,EUR,Tea,Paid,yes",
    "1,ann@example.com,2024-01-05 10:00,5.05,EUR,Cup,Paid,yes",
    "2,bob@example.com,2024-02-05 11:30,30.30,EUR,Tea,Paid,no",
    "3,ann@example.com,2024-03-06 09:15,19.99,EUR,Tea,Paid,yes",
    "4,สมชาย@example.com,2024-04-07 23:59,0.01,EUR,ชา,Paid,",
    "5,cat@example.com,2024-04-08 00:00,7.00,EUR,Pot,Cancelled,",
    "6,,2024-04-09 00:00,8.00,EUR,Pot,Paid,",
    "7,dan@example.com,2024-04-09 00:00,12.00,USD,Pot,Paid,",
    "8,bob@example.com,2024-05-09 00:00,-3.30,EUR,Tea,Refunded,",
]
HEADER = "Order,Email,Date,Total,Currency,Product,Status,Accepts marketing"


@cache
def small_orders() -> Orders:
    """Orders with products, refunds, consent, two currencies and rows left out."""
    return read_orders("\n".join([HEADER, *ROWS]).encode(), name="orders.csv")


@cache
def some_work(*, with_orders: bool = True) -> Work:
    """Work with something of every kind. All tests share it, and none changes it."""
    orders = small_orders()
    customers = summarise_customers(orders)
    campaign = replace(usual_campaign("messages"), segments=("at_risk",), name="Spring “sale”")
    groups = pd.DataFrame({"customer_id": ["ann", "bob", "ชา"], "group": ["addressed"] * 3})
    surveys = b"Email,Score,Date\nann@example.com,9,2024-05-01\nbob@example.com,3,2024-05-02\n"
    subscriptions = (
        b"Email,Status,Product\nann@example.com,active,Tea\nann@example.com,active,Cup\n"
        b"bob@example.com,cancelled,Pot\n"
    )
    signals = (
        read_signals(surveys, "nps", customers, name="nps.csv"),
        read_signals(subscriptions, "subscriptions", customers, name="subs.csv"),
    )
    rule = Group(kind="all", parts=(Condition("orders", "is", 1),))
    return Work(
        saved_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        source=OrdersSource(
            "orders.csv + 2 newer files",
            "file",
            orders.digest,
            len(customers),
            4,
            until=orders.end,
            files=JoinedFiles("orders.csv", newer=2),
        ),
        mapping=Mapping(
            columns={"customer_id": "Email", "ordered_at": "Date", "revenue": "Total"},
            day_first=True,
            statuses={"Paid": State.ORDER},
        ),
        rules=replace(SegmentRules(), ready_days=14),
        settings=StoreSettings(margin=0.35, margin_is_known=True, contact_costs={"sms": 0.8}),
        order_value=31.5,
        own_segments=(OwnSegment(name="Once", rule=rule, note="ordered once"),),
        targets=(Target(metric="churn_rate", value=0.3),),
        campaigns=(campaign, replace(campaign, name="Summer")),
        campaigns_for=orders.digest,
        on_table=replace(campaign, name="Autumn"),
        edited="Summer",
        left_alone=LeftAlone(quiet_days=7, unknown_consent=True, listed=frozenset({"b", "a"})),
        tests=(
            CampaignTest(campaign, groups, start=date(2024, 5, 1), end=date(2024, 6, 1)),
            CampaignTest(
                replace(campaign, name="Nobody"),
                groups.iloc[:0],
                start=date(2024, 5, 1),
                end=date(2024, 5, 1),
                control="",
            ),
        ),
        notes=(
            NotedTest("Spring “sale”", is_read=True, sent=frozenset({"ann", "ชา"})),
            NotedTest("Nobody", is_drawn_again=True, sent=frozenset()),
        ),
        lifts=(MeasuredLift("Spring", "messages", ("at_risk",), 0.03, 0.01, 900, 100, date.max),),
        choices=(
            FixedChoice("Two", "They asked.", customers.index[:2], orders.digest),
            FixedChoice("None", "", customers.index[:0], orders.digest),
        ),
        page=OpenPage(path="pages/rfm.py", settings={"recency": ["30", "90"]}),
        signals=signals if with_orders else (),
        orders=orders if with_orders else None,
    )
