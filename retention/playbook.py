"""The playbook: strategies that keep customers, their audiences, evidence and exclusions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from retention.data_files import read_data_file
from retention.display import displayed
from retention.errors import DataError
from retention.history.metrics import METRICS


@displayed
@dataclass(frozen=True, slots=True)
class Strategy:
    """One thing to do.

    Attributes:
        key: Its name in code and in saved plans.
        name: Its name for readers.
        audience: The lifecycle stages and traits that it is for, keys of
            `retention.segments.rules`.
        others: An audience in words, where orders do not show it.
        how: The steps, a sentence each.
        evidence: What the source found.
        source: The publications behind it.
        metrics: Keys of `METRICS` that it works on, the most affected first.
        promotion: Whether it offers something; then `left_out` names more customers.
        guard_rails: Where to stop, and what to keep to.
    """

    key: str
    name: str
    audience: tuple[str, ...]
    others: str
    how: tuple[str, ...]
    evidence: str
    source: str
    metrics: tuple[str, ...]
    promotion: bool
    guard_rails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Customers to leave out of a campaign.

    Attributes:
        key: Their name in code.
        who: Which customers they are, in words.
        instead: What to do for them.
        promotions_only: Whether they are left out of promotions alone.
        source: The publication behind it.
    """

    key: str
    who: str
    instead: str
    promotions_only: bool
    source: str


@cache
def strategies() -> tuple[Strategy, ...]:
    """Return the strategies of the playbook.

    Returns:
        The strategies, in the playbook's order.
    """
    playbook = _read()
    return tuple(
        Strategy(
            key=row["key"],
            name=row["name"],
            audience=(*row.get("stages", ()), *row.get("traits", ())),
            others=row.get("others", ""),
            how=tuple(row["how"]),
            evidence=row["evidence"],
            source="; ".join(playbook["sources"][source] for source in row["sources"]),
            metrics=tuple(row["metrics"]),
            promotion=row["promotion"],
            guard_rails=tuple(row["guard_rails"]),
        )
        for row in playbook["strategy"]
    )


def strategy_of(key: str) -> Strategy | None:
    """Return the strategy with this key.

    Args:
        key: The key.

    Returns:
        The strategy; None where there is none, as in an own campaign.
    """
    return next((strategy for strategy in strategies() if strategy.key == key), None)


def strategies_for(metric: str) -> tuple[Strategy, ...]:
    """Return the strategies that work on a metric.

    Args:
        metric: A key of `METRICS`.

    Returns:
        The strategies, the most effective first.

    Raises:
        DataError: There is no such metric.

    >>> [strategy.name for strategy in strategies_for("repeat_purchase_rate")][:2]
    ['Loyalty programme', 'Deals']
    """
    if metric not in METRICS:
        raise DataError(f"There is no metric {metric!r}. Choose one of {', '.join(METRICS)}.")
    suited = [strategy for strategy in strategies() if metric in strategy.metrics]
    return tuple(sorted(suited, key=lambda strategy: strategy.metrics.index(metric)))


def left_out(promotion: bool) -> tuple[LeftOut, ...]:
    """Return the customers to leave out of a campaign.

    Args:
        promotion: Whether the campaign is a promotion: some customers are left out of these only.

    Returns:
        The rules, in the playbook's order.
    """
    playbook = _read()
    rows = (
        LeftOut(**row | {"source": playbook["sources"][row["source"]]})
        for row in playbook["leave_out"]
    )
    return tuple(row for row in rows if promotion or not row.promotions_only)


def starting_plan(key: str) -> dict[str, Any]:
    """Return where a strategy's campaign starts from, as `strategies.toml` has it.

    Args:
        key: The strategy's key.

    Returns:
        The keys and values of the file's table.

    Raises:
        DataError: There is no such strategy.
    """
    plans: dict[str, dict[str, Any]] = {row["key"]: row["plan"] for row in _read()["strategy"]}
    if key not in plans:
        raise DataError(f"There is no strategy {key!r}. Choose one of {', '.join(plans)}.")
    return plans[key]


@cache
def _read() -> dict[str, Any]:
    return read_data_file(__file__, "strategies.toml")
