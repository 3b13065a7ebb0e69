"""Everything that a visitor has made in a session, as one record."""

from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from retention.campaigns.campaign import Campaign
from retention.columns.mapping import Mapping
from retention.display import displayed
from retention.experiments.campaign_test import CampaignTest, MeasuredLift
from retention.kept_work.made import FixedChoice, JoinedFiles, LeftAlone, NotedTest
from retention.kept_work.store_settings import StoreSettings
from retention.orders.orders import Orders
from retention.own_segments.library import Library
from retention.reports.industry import Target
from retention.segments.rules import SegmentRules
from retention.signal_files.report import SignalFile

#: Where orders came from: a sample, an export, or a table of a warehouse.
SourceKind = Literal["store", "cdnow", "file", "table"]


@displayed
@dataclass(frozen=True, slots=True)
class OrdersSource:
    """Which orders the work was done on.

    Attributes:
        name: What the orders are called on screen.
        kind: Where they came from.
        digest: Their digest, by which they are known again.
        customers: Number of customers.
        placed: Number of orders.
        until: The last day of the orders; None in a file of the first version.
        files: The exports that were added to each other; None of a single one.
    """

    name: str
    kind: SourceKind
    digest: str
    customers: int
    placed: int
    until: date | None = None
    files: JoinedFiles | None = None


@displayed
@dataclass(frozen=True, slots=True)
class OpenPage:
    """The page that was open.

    Attributes:
        path: Of the page's file, relative to the app's folder.
        settings: What its address said: all values of each setting.
    """

    path: str
    settings: Mapped[str, list[str]] = field(default_factory=dict)


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What a visitor has made, to go on with later.

    The groups of tests, chosen customers and those to leave alone are personal data, and so are the
    orders and the files of signals.

    Attributes:
        saved_at: When it was saved, in UTC.
        source: Which orders it was done on; None where none were loaded.
        mapping: Which column of the export plays which role; None where nobody chose.
        rules: The thresholds of the lifecycle stages and traits.
        settings: What holds for the store on every page.
        order_value: The average order value, for orders without amounts; None if not given.
        own_segments: The segments made of conditions.
        targets: The scorecard's own targets.
        campaigns: The kept campaigns, in their order of priority.
        campaigns_for: The digest of the orders that the latest campaign was kept for.
        on_table: The campaign that is being planned; None where none has been begun.
        edited: The name of the kept campaign that it changes; None for a new one.
        left_alone: Whom every campaign leaves alone.
        tests: The campaigns that have gone out, with their groups.
        notes: What is noted of some of them. Who was sent one is personal data.
        lifts: What finished tests have taught.
        choices: Customers chosen one by one.
        page: The page that was open; None where it is not known.
        signals: The files of signals that were added to the orders.
        orders: The orders themselves; None where they are not included.
    """

    saved_at: datetime
    source: OrdersSource | None = None
    mapping: Mapping | None = None
    rules: SegmentRules = field(default_factory=SegmentRules)
    settings: StoreSettings = field(default_factory=StoreSettings)
    order_value: float | None = None
    own_segments: Library = ()
    targets: tuple[Target, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    campaigns_for: str = ""
    on_table: Campaign | None = None
    edited: str | None = None
    left_alone: LeftAlone = field(default_factory=LeftAlone)
    tests: tuple[CampaignTest, ...] = ()
    notes: tuple[NotedTest, ...] = ()
    lifts: tuple[MeasuredLift, ...] = ()
    choices: tuple[FixedChoice, ...] = ()
    page: OpenPage | None = None
    signals: tuple[SignalFile, ...] = ()
    orders: Orders | None = None
