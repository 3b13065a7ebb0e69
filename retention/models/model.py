"""A fitted model, and the bounds of what it may be asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retention.errors import ModelError
from retention.models.checks import Check
from retention.models.purchases import PurchaseModel
from retention.models.spend import SpendModel
from retention.validation import is_number

#: The longest horizon, in days.
MAX_HORIZON_DAYS = 3650


@dataclass(frozen=True, slots=True)
class CltvModel:
    """A fitted model of purchases and spend.

    `purchases` gives the purchase probabilities, the expected orders and the value. `companion` is the
    MBG/NBD model of the same customers, used for one thing only: see `predict_cltv` on `p_alive`. `spend`
    gives the expected order values. `customers` and `repeaters` (bought on a second day) were seen over
    `observation_days`. `checks` say how far to trust the model.
    """

    purchases: PurchaseModel
    companion: PurchaseModel
    spend: SpendModel
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
    def spend_model(self) -> str:
        """Which spend model: "gamma_gamma", or "store_average" where that could not be had."""
        return self.spend.kind

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
        return self.spend.p

    @property
    def q(self) -> float | None:
        """Gamma-Gamma q: shape of the differences between customers; None for the store average."""
        return self.spend.q

    @property
    def v(self) -> float | None:
        """Gamma-Gamma v, in money; None for the store average."""
        return self.spend.v

    @property
    def spend_log_likelihood(self) -> float | None:
        """Log-likelihood of the Gamma-Gamma model; None for the store average."""
        return self.spend.log_likelihood


def check_settings(
    horizon_days: float, annual_discount_rate: float = 0.0, margin: float = 1.0
) -> None:
    """Raise a ModelError that names the setting that is out of range."""
    check_days("horizon_days", horizon_days)
    if not (is_number(annual_discount_rate) and 0 <= annual_discount_rate < np.inf):
        raise ModelError(
            f"The annual discount rate is {annual_discount_rate!r}. Give 0 or more, such as 0.10 for 10 %."
        )
    if not (is_number(margin) and 0 < margin <= 1):
        raise ModelError(
            f"The margin is {margin!r}. Give the share of revenue kept, above 0 and up to 1, such as 0.35."
        )


def check_days(name: str, days: float) -> None:
    if not (is_number(days) and 1 <= days <= MAX_HORIZON_DAYS):
        raise ModelError(
            f"{name} is {days!r}. Give a number of days from 1 to {MAX_HORIZON_DAYS:,}."
        )
