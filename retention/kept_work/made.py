"""What a visitor has made that no other package has a record of."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Customers whom the marketer leaves alone in every campaign.

    Attributes:
        quiet_days: Days after an order during which a customer is left alone.
        unknown_consent: Whether to write to customers whose consent is not known.
        home_country: ISO code of the country of customers without one, from the store settings;
            empty if not chosen.
        listed: Ids and addresses of an uploaded list.
    """

    quiet_days: int = 0
    unknown_consent: bool = False
    home_country: str = ""
    listed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class FixedChoice:
    """Customers under a name.

    Attributes:
        name: The name, without `CHOSEN`.
        about: Who they are, a sentence.
        customers: Their ids.
        digest: Of the orders that they were chosen from.
    """

    name: str
    about: str
    customers: pd.Index
    digest: str
