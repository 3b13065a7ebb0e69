"""A fitted model, and the bounds of what it may be asked."""

from __future__ import annotations

from dataclasses import dataclass

from retention.errors import ModelError
from retention.models.checks import Check
from retention.models.purchases import PurchaseModel
from retention.models.spend import SpendKind, SpendModel
from retention.validation import check_number
from retention.wording import NO_AMOUNTS

#: The longest horizon, in days.
MAX_HORIZON_DAYS = 3650


@dataclass(frozen=True, slots=True)
class CltvModel:
    """A fitted model of purchases and spend.

    Attributes:
        purchases: The purchase model: purchase probabilities and expected orders.
        companion: The MBG/NBD model of the same customers, for one-time buyers' `p_alive` only.
        spend: The spend model: expected order values. None where the orders have no amounts.
        customers: How many customers were seen.
        repeaters: How many of them bought on a second day.
        observation_days: Over how many days they were seen.
        checks: How far to trust the model.
        choice: Which purchase model "auto" took, and why; empty where the caller chose it.
    """

    purchases: PurchaseModel
    companion: PurchaseModel
    spend: SpendModel | None
    customers: int
    repeaters: int
    observation_days: int
    checks: tuple[Check, ...]
    choice: str = ""

    @property
    def purchase_model(self) -> str:
        """Which purchase model: "bg_nbd" or "mbg_nbd"."""
        return self.purchases.kind

    @property
    def known_spend(self) -> SpendModel:
        """The spend model, for what cannot do without.

        Raises:
            ModelError: The orders have no amounts.
        """
        if self.spend is None:
            raise ModelError(NO_AMOUNTS)
        return self.spend

    @property
    def spend_model(self) -> SpendKind | None:
        """Which spend model: "gamma_gamma", or "store_average" where that could not be had.

        None where the orders have no amounts.
        """
        return None if self.spend is None else self.spend.kind

    @property
    def r(self) -> float:
        """Shape of the purchase rates."""
        return self.purchases.r

    @property
    def alpha(self) -> float:
        """Scale of the purchase rates, in days."""
        return self.purchases.alpha

    @property
    def a(self) -> float:
        """First shape of the chance to leave after a purchase."""
        return self.purchases.a

    @property
    def b(self) -> float:
        """Second shape of the chance to leave after a purchase."""
        return self.purchases.b

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood of the purchase model, with time in days."""
        return self.purchases.log_likelihood

    @property
    def p(self) -> float | None:
        """Gamma-Gamma p: shape of a customer's spends; None for the store average."""
        return None if self.spend is None else self.spend.p

    @property
    def q(self) -> float | None:
        """Gamma-Gamma q: shape of the differences between customers; None for the store average."""
        return None if self.spend is None else self.spend.q

    @property
    def v(self) -> float | None:
        """Gamma-Gamma v, in money; None for the store average."""
        return None if self.spend is None else self.spend.v

    @property
    def spend_log_likelihood(self) -> float | None:
        """Log-likelihood of the Gamma-Gamma model; None for the store average."""
        return None if self.spend is None else self.spend.log_likelihood


def check_settings(
    horizon_days: float, annual_discount_rate: float = 0.0, margin: float = 1.0
) -> None:
    """Refuse the settings of a forecast that are out of range.

    Args:
        horizon_days: How far to look ahead, in days.
        annual_discount_rate: What money a year from now loses, as a fraction.
        margin: The share of revenue that is profit.

    Raises:
        ModelError: A setting is out of range; the message names it.
    """
    check_days("horizon_days", horizon_days)
    check_number(
        "The annual discount rate",
        annual_discount_rate,
        "0 or more, such as 0.10 for 10 %",
        low=0,
        error=ModelError,
    )
    check_number(
        "The margin",
        margin,
        "the share of revenue kept, above 0 and up to 1, such as 0.35",
        above=0,
        high=1,
        error=ModelError,
    )


def check_days(name: str, days: float) -> None:
    """Refuse a number of days that a model cannot look ahead.

    Args:
        name: The setting's name, for the message.
        days: The number of days.

    Raises:
        ModelError: The number is out of range.
    """
    check_number(
        name,
        days,
        f"a number of days from 1 to {MAX_HORIZON_DAYS:,}",
        low=1,
        high=MAX_HORIZON_DAYS,
        error=ModelError,
    )
