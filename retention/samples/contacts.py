"""Contact details and signals of the sample store's customers, invented and out of reach."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.samples import world

# A stream of its own, so that the orders of a seed stay what they are without these columns.
_STREAM = 5


def contact_source(seed: int) -> np.random.Generator:
    """Return the source of chance of everything in this module.

    Args:
        seed: The store's seed.
    """
    return np.random.Generator(np.random.PCG64([seed, _STREAM]))


def draw_consent(customers: int, rng: np.random.Generator) -> np.ndarray:
    """Draw which customers accept marketing.

    Args:
        customers: How many customers and guests there are.
        rng: The source of chance.
    """
    return rng.random(customers) < world.ACCEPTS_MARKETING


def draw_phones(people: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Draw which customers give a phone number, and return the numbers; "" for the others.

    Args:
        people: The store's customers: `region`.
        rng: The source of chance.
    """
    numbers = _phones(_is_in_canada(people))
    return np.where(rng.random(len(people)) < world.GIVES_PHONE, numbers, "")


def draw_ratings(
    orders: pd.DataFrame, people: pd.DataFrame, rng: np.random.Generator
) -> np.ndarray:
    """Draw the reviews of orders: 1 to 5 as a text, "" where there is none.

    Args:
        orders: The orders: `who` (place in `people`), `Status`, `refund`.
        people: The store's customers: `email` ("" for guests).
        rng: The source of chance.
    """
    named = people["email"].to_numpy(dtype=object) != ""
    placed = orders["Status"].isin(world.PLACED).to_numpy() & named[orders["who"].to_numpy()]
    sent_back = orders["refund"].to_numpy() > 0
    draw = rng.random(len(orders))
    scores = [
        np.searchsorted(np.cumsum(shares)[:-1], draw, side="right") + 1 for shares in world.RATINGS
    ]
    score = np.where(sent_back, scores[1], scores[0])
    rated = placed & (rng.random(len(orders)) < world.RATED)
    return np.where(rated, score.astype(str), "")


def contact_columns(people: pd.DataFrame, orders: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the columns that the file has beside the orders themselves, one text a row.

    Args:
        people: The store's customers: `email` ("" for guests), `region`, `consent`, `phone`.
        orders: The rows of the file: `who` (place in `people`), `category`, `rating`.

    Returns:
        Texts by the name of the column.
    """
    who = orders["who"].to_numpy()
    email = people["email"].to_numpy(dtype=object)
    named = email != ""
    names = [address.partition("@")[0].partition(".") for address in email]
    first = np.array([name.title() for name, _, _ in names], dtype=object)
    last = np.array(
        [name.rstrip("0123456789").replace("-", " ").title() for _, _, name in names], dtype=object
    )
    by_person = {
        "First name": first,
        "Last name": last,
        "Phone": people["phone"].to_numpy(dtype=object),
        "Country": np.where(_is_in_canada(people), "Canada", "United States"),
        "Accepts marketing": np.where(people["consent"], "yes", "no"),
    }
    columns = {name: np.where(named, values, "")[who] for name, values in by_person.items()}
    delivery = (orders["category"] == world.SUBSCRIPTION.category).to_numpy()
    return columns | {
        "Rating": orders["rating"].to_numpy(dtype=object),
        "Subscription": np.where(delivery, "yes", "no"),
    }


def _is_in_canada(people: pd.DataFrame) -> np.ndarray:
    is_canada: np.ndarray = np.array(world.REGIONS)[people["region"].to_numpy()] == "Canada"
    return is_canada


def _phones(canada: np.ndarray) -> np.ndarray:
    """Numbers that the North American plan keeps for fiction: 555-0100 to 555-0199 of each area."""
    number = np.arange(len(canada))
    found = np.empty(len(canada), dtype=object)
    for chosen, areas in ((canada, world.AREAS_CANADA), (~canada, world.AREAS_UNITED_STATES)):
        turn = number[: chosen.sum()]
        area = np.array(areas)[turn % len(areas)]
        line = turn // len(areas) % 100
        found[chosen] = [f"+1 {code}-555-01{end:02d}" for code, end in zip(area, line, strict=True)]
    return found
