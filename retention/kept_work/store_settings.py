"""What the marketer has said of the store: margin, costs, country and so on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from retention.campaigns.campaign import CHANNELS, Channel
from retention.customers.countries import country_code
from retention.errors import DataError
from retention.reports.industry import ALL, lines_of_business
from retention.validation import check_choice, check_known, check_number

#: A purchase model, or the one that predicted the hidden part of the orders better.
ModelChoice = Literal["auto", "bg_nbd", "mbg_nbd"]

#: The margin until the marketer says another one.
USUAL_MARGIN = 0.40
LEAST_MARGIN, MOST_RATE = 0.01, 0.30
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """What holds for the store on every page.

    Attributes:
        margin: The share of revenue that is left after goods, shipping and payment, as a fraction.
        margin_is_known: Whether the marketer has said it. Until then it is an assumption.
        annual_discount_rate: How much less money is worth a year later, as a fraction.
        purchase_model: The purchase model of every forecast.
        line_of_business: Whose benchmarks the scorecard has, as `lines_of_business` names it.
        home_country: ISO code of the country of customers without one; empty if not chosen.
        currency: The code of the amounts, for orders that name none; empty if not chosen.
        cost_to_win: What winning a customer costs, in money; None if not known.
        cost_to_win_by_channel: The same for single channels, by the channel of the first order.
        contact_costs: What one message costs, in money, by channel. A channel that is not there
            costs what is usual.

    Raises:
        DataError: A setting is out of range or not known.
    """

    margin: float = USUAL_MARGIN
    margin_is_known: bool = False
    annual_discount_rate: float = 0.10
    purchase_model: ModelChoice = "auto"
    line_of_business: str = ALL
    home_country: str = ""
    currency: str = ""
    cost_to_win: float | None = None
    cost_to_win_by_channel: Mapping[str, float] = field(default_factory=dict)
    contact_costs: Mapping[Channel, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_number("margin", self.margin, "a share from 0.01 to 1", low=LEAST_MARGIN, high=1)
        check_number(
            "annual_discount_rate",
            self.annual_discount_rate,
            "a share from 0 to 0.3",
            low=0,
            high=MOST_RATE,
        )
        check_choice("purchase_model", self.purchase_model, get_args(ModelChoice))
        check_choice("line_of_business", self.line_of_business, lines_of_business())
        if self.home_country and country_code(self.home_country) != self.home_country:
            raise DataError(
                f"home_country is {self.home_country!r:.60}. Give an ISO code such as TH, or "
                "leave it empty."
            )
        if self.currency and not is_currency(self.currency):
            raise DataError(
                f"currency is {self.currency!r:.60}. Give a code of three capital letters such as "
                "EUR, or leave it empty."
            )
        if self.cost_to_win is not None:
            _check_amount("cost_to_win", self.cost_to_win)
        for name, cost in self.cost_to_win_by_channel.items():
            if not 0 < len(name) <= LONGEST_NAME:
                raise DataError(
                    f"A channel of cost_to_win_by_channel needs a name of up to {LONGEST_NAME} "
                    "characters."
                )
            _check_amount(f"cost_to_win_by_channel of {name!r:.60}", cost)
        for channel, cost in self.contact_costs.items():
            check_known("channel", channel, CHANNELS)
            _check_amount(f"contact_costs of {channel}", cost)

    def cost_of_winning(self, channel: str | None) -> float | None:
        """Return what winning a customer costs through a channel; None where it is not known.

        Args:
            channel: The channel of the first order; None for all customers.
        """
        if channel is None:
            return self.cost_to_win
        return self.cost_to_win_by_channel.get(channel, self.cost_to_win)


def is_currency(text: str) -> bool:
    """Whether a text is written as the code of a currency."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def _check_amount(name: str, amount: float) -> None:
    check_number(name, amount, "an amount from 0 to 1,000,000,000", low=0, high=1e9)
