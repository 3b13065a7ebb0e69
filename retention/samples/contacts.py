"""Contact details and signals of the sample store's customers, invented and out of reach."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.samples import world

# A stream of its own, so that the orders of a seed stay what they are without these columns.
_STREAM = 5


def contact_columns(people: pd.DataFrame, orders: pd.DataFrame, seed: int) -> dict[str, np.ndarray]:
    """Return the columns that the file has beside the orders themselves, one text a row.

    Args:
        people: The store's customers: `email` ("" for guests), `region`.
        orders: The rows of the file: `who` (place in `people`), `category`, `Status`, `refund`,
            `total`.
        seed: The store's seed.

    Returns:
        Texts by the name of the column.
    """
    rng = np.random.Generator(np.random.PCG64([seed, _STREAM]))
    size, who = len(people), orders["who"].to_numpy()
    email = people["email"].to_numpy(dtype=object)
    named = email != ""
    names = [address.partition("@")[0].partition(".") for address in email]
    first = np.array([name.title() for name, _, _ in names], dtype=object)
    last = np.array(
        [name.rstrip("0123456789").replace("-", " ").title() for _, _, name in names], dtype=object
    )
    canada = np.array(world.REGIONS)[people["region"].to_numpy()] == "Canada"
    consent = np.where(rng.random(size) < world.ACCEPTS_MARKETING, "yes", "no")
    phone = np.where(rng.random(size) < world.GIVES_PHONE, _phones(canada), "")
    by_person = {
        "First name": first,
        "Last name": last,
        "Phone": phone,
        "Country": np.where(canada, "Canada", "United States"),
        "Accepts marketing": consent,
    }
    columns = {name: np.where(named, values, "")[who] for name, values in by_person.items()}
    placed = (
        orders["Status"].isin(["Completed", "Refunded", "Partially refunded"]).to_numpy()
        & named[who]
    )
    sent_back = orders["refund"].to_numpy() > 0
    draw = rng.random(len(orders))
    scores = [
        np.searchsorted(np.cumsum(shares)[:-1], draw, side="right") + 1 for shares in world.RATINGS
    ]
    score = np.where(sent_back, scores[1], scores[0])
    rated = placed & (rng.random(len(orders)) < world.RATED)
    columns["Rating"] = np.where(rated, score.astype(str), "")
    delivery = (orders["category"] == world.SUBSCRIPTION.category).to_numpy()
    columns["Subscription"] = np.where(delivery, "yes", "no")
    return columns


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
