"""A fitted model, and the bounds of what it may be asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from retention.daily_repeats import carried_end
from retention.display import displayed
from retention.errors import DataError, ModelError
from retention.models.checks import Check
from retention.models.file_start.fit import FROM_THE_FIRST_DAY, FileStart
from retention.models.misses import Measure, PastMisses
from retention.models.purchases import PurchaseModel
from retention.models.season.index import PLAIN, SeasonIndex, day_number
from retention.models.spend import SpendKind, SpendModel
from retention.validation import check_number
from retention.wording import NO_AMOUNTS, count

#: The longest horizon, in days.
MAX_HORIZON_DAYS = 3650


@displayed
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
        season: The store's season, by which the clock of both purchase models runs. It is plain,
            and says why, where there is none. It also says how far weeks and level vary.
        today: The day that histories are counted back from, in days since 1970; None where it is
            not known, and without a season it makes no difference.
        file_start: Whether the file begins in the middle of the shop's life, and how many of its
            customers came before it.
        misses: How far forecasts of the store's past were off, which the ranges of totals allow
            for. None where that was not measured: ranges then hold chance, the fit and the season.
    """

    purchases: PurchaseModel
    companion: PurchaseModel
    spend: SpendModel | None
    customers: int
    repeaters: int
    observation_days: int
    checks: tuple[Check, ...]
    choice: str = ""
    season: SeasonIndex = PLAIN
    today: int | None = None
    file_start: FileStart = FROM_THE_FIRST_DAY
    misses: PastMisses | None = None

    def at(self, today: int) -> CltvModel:
        """Return the same model for customers whose histories end on another day.

        Args:
            today: The day, in days since 1970.

        Returns:
            The model.
        """
        purchases, companion = self.purchases.at(today), self.companion.at(today)
        if self.season.is_plain and self.today is not None:
            passed = today - self.today
            purchases, companion = purchases.later(passed), companion.later(passed)
        return replace(self, purchases=purchases, companion=companion, today=today)

    def without_season(self) -> CltvModel:
        """Return the same model for customers who may come at any time of the year.

        The season's mean over a year is 1, so that its parameters hold for days as they are.
        """
        return replace(
            self,
            purchases=self.purchases.on_its_clock,
            companion=self.companion.on_its_clock,
            # Weeks and level vary for them, too.
            season=replace(self.season, coefficients=(), covariance=()),
        )

    def seen_with(self, customers: pd.DataFrame) -> CltvModel:
        """Return the same model on the day that customers were summarised for.

        Args:
            customers: From `summarise_customers`. A table without days is taken to be of the day
                that the model was fitted on.

        Returns:
            The model.

        Raises:
            DataError: The customers' histories do not end on one day, and there is a season.
        """
        if self.season.is_plain and not self.file_start.in_mid_life:
            return self
        today = last_day_of(customers)
        return self if today is None or today == self.today else self.at(today)

    def common_variance(self, horizon_days: float) -> float:
        """Return the variance of a total that all customers share, as a share of its square.

        Args:
            horizon_days: How far to look ahead, in days.

        Returns:
            The variance of what moves the whole store.
        """
        return float(self.season.common_variance(self._today, horizon_days)[0])

    def store_variance(
        self, measure: Measure, horizon_days: float, alone: float
    ) -> tuple[float, float]:
        """Return the variances of a total that all customers share, as shares of its square.

        Args:
            measure: What the total counts.
            horizon_days: How far to look ahead, in days.
            alone: The variance from chance and the fit, as a share of the total's square.

        Returns:
            `common_variance`, and what earlier misses add to it; 0 where `misses` is None.
        """
        common = self.common_variance(horizon_days)
        return common, self._missed(measure, alone + common, common)

    def _missed(self, measure: Measure, own: float, common: float) -> float:
        return 0.0 if self.misses is None else self.misses.variance(measure, own, common)

    def span_variance(self, ends: np.ndarray, measure: Measure) -> np.ndarray:
        """Return the variance of what moves the whole store in single spans.

        It joins both variances of `store_variance`, for each span.

        Args:
            ends: Numbers of days ahead, ascending. A span goes from the end before it to its own.
            measure: What the totals count.

        Returns:
            A variance for each span, as a share of the square of its total.
        """
        common = self.season.span_variance(self._today, ends)
        missed = [self._missed(measure, share, share) for share in common]
        return np.asarray(common + missed)

    @property
    def _today(self) -> float:
        return 0.0 if self.today is None else float(self.today)

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
        """Log-likelihood of the purchase model, with time in days of its clock."""
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


def last_day_of(customers: pd.DataFrame) -> int | None:
    """Return the day that customers were summarised for.

    Args:
        customers: From `summarise_customers`, or a table of one's own.

    Returns:
        The day, in days since 1970; None where the table says nothing of days.

    Raises:
        DataError: The histories do not all end on one day.
    """
    end = carried_end(customers)
    if end is not None:
        return day_number(end)
    if "first_order" not in customers or not len(customers):
        return None
    first = customers["first_order"].to_numpy().astype("datetime64[D]").astype(np.int64)
    last = first + customers["T"].to_numpy().astype(np.int64)
    if (last != last[0]).any():
        raise DataError(
            "The customers' histories end on different days (first_order + T), so that no season "
            "can be told. Summarise all of them for one day, or fit the model with season=None."
        )
    return int(last[0])


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
        f"a number of days from 1 to {count(MAX_HORIZON_DAYS)}",
        low=1,
        high=MAX_HORIZON_DAYS,
        error=ModelError,
    )
