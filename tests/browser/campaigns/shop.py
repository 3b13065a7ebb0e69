"""A shop up to yesterday, for campaigns that go out today, and the way through the menu."""

import random
from datetime import date, timedelta

from tests.browser.steps import at_rest, sees

TODAY = date.today()


def history(customers: int = 1_200) -> list[str]:
    """Orders of a shop up to yesterday: some customers go on, and most have gone quiet."""
    dice = random.Random(3)
    orders = []
    for number in range(customers):
        day, pause = dice.randrange(700, 30, -1), dice.uniform(15, 90)
        while day > 0:
            orders.append((day, number))
            day -= 1 + int(dice.expovariate(1 / pause))
            if dice.random() < 0.35:
                break
    orders += [(1, 0)]
    return [
        f"{place},c{number:04}@example.com,{TODAY - timedelta(days=day)},{20 + number % 40}.00"
        for place, (day, number) in enumerate(sorted(orders, reverse=True), start=1)
    ]


def menu(page, title):
    """Open a page from the menu, in the same session."""
    page.get_by_role("link", name=title, exact=True).click()
    sees(page, title)
    at_rest(page)
