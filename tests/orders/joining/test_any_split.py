"""However a history is split into two exports, both together equal the file that holds it all."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings, strategies as st

from retention import add_export
from tests.orders.joining.exports import Sale, export, rows


@st.composite
def histories(draw):
    """Orders as they were, and the export that shows some of them as they are now."""
    number = draw(st.integers(4, 30))
    times = draw(st.lists(st.integers(0, 40), min_size=number, max_size=number))
    sales = [
        Sale(
            number=100 + i,
            buyer=f"c{draw(st.integers(0, 4))}@shop.com",
            minutes=hours * 720 + (i if draw(st.booleans()) else 0),
            paid=float(draw(st.integers(1, 5)) * 10),
            channel=draw(st.sampled_from(["web", "store"])),
        )
        for i, hours in enumerate(times)
    ]
    ends = draw(st.integers(5, 35)) * 720
    begins = draw(st.integers(0, ends // 720)) * 720
    states = st.sampled_from(["same", "same", "refunded", "partly", "cancelled", "amount"])
    newer = []
    for sale in sales:
        if sale.minutes < begins:
            continue
        state = draw(states)
        change = {
            "refunded": {"refunded": sale.paid},
            "partly": {"refunded": sale.paid / 2},
            "cancelled": {"status": "cancelled"},
            "amount": {"paid": sale.paid + 1},
        }
        newer.append(replace(sale, **change.get(state, {})))
    return [s for s in sales if s.minutes < ends], begins, newer


@given(histories())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_split_of_a_file_equals_the_whole(history):
    old, begins, newer = history
    truth = [*(s for s in old if s.minutes < begins), *newer]
    alive = [s for s in newer if s.status == "paid"]
    # A newer file that ends earlier is an older one: its states do not count.
    if (
        not old
        or not alive
        or max(s.placed.date() for s in alive) < max(s.placed.date() for s in old)
    ):
        return
    joined, added = add_export(export(old), export(newer))
    assert rows(joined) == rows(export(truth))
    known = {s.number for s in old}
    assert added.new == sum(s.number not in known for s in alive)
    assert added.missing == 0
    assert added.cancelled == sum(s.number in known for s in newer if s.status == "cancelled")


@given(histories())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_split_without_order_numbers_equals_the_whole(history):
    old, begins, newer = history
    amounts = {sale.number: sale.paid for sale in old}
    # An amount that changed beside an equal order cannot be told from another order.
    newer = [replace(s, paid=amounts.get(s.number, s.paid)) for s in newer]
    alive = [s for s in newer if s.status == "paid"]
    how = {"without": ("Number", "Channel")}
    if not old or not alive:
        return
    if max(s.placed.date() for s in alive) < max(s.placed.date() for s in old):
        return
    truth = [*(s for s in old if s.minutes < begins), *newer]
    joined, _ = add_export(export(old, **how), export(newer, **how))
    assert rows(joined, numbered=False) == rows(export(truth, **how), numbered=False)
