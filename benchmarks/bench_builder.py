"""Own segments with 1,000,000 customers: from a key press to the redrawn count.

    python -m benchmarks.bench_builder [--customers 1000000] [--port 8622]

How it is measured stands in `benchmarks.redraws`. The builder holds four conditions, two of them in
a group; the keys go to the days since the last order. Then, without a browser: what each kind of
condition takes to count when it is asked for the first time.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import ibis

from benchmarks.large_store import large_store
from benchmarks.redraws import EMPTY_NUMBER, Watched, options, page_of_app, redraws, report
from retention import Bought, Condition, Features, Group, Orders, features
from retention.own_segments.conditions import totals

BUILDER = """
from benchmarks.bench_builder import RULE
from retention.view.own_segments import draft
if "own_draft" not in st.session_state:
    draft.start(RULE)
"""
RULE = Group(
    "all",
    (
        Condition("days_since_last_order", "at_most", 120),
        Condition("revenue", "top", 30),
        Group(
            "any",
            (
                Condition("discount_share", "at_least", 0.1),
                Condition("product", "bought", Bought(("P7",))),
            ),
        ),
    ),
)
ASKED = (
    Condition("orders", "at_least", 3),
    Condition("p_purchase_30d", "at_least", 0.2),
    Condition("expected_value", "top", 10),
    Condition("due", "ahead", 14),
    Condition("first_channel", "one_of", ("C1", "C2")),
    Condition("product", "bought", Bought(("P1",))),
    Condition("product", "bought", Bought(("P1",), 90)),
    Condition("product", "not_bought", Bought(("P2",))),
    Condition("product", "not_bought", Bought(("P3", "P4"), 60)),
)


def store_with_products(customers: int) -> Orders:
    """`large_store` with fifty products and six channels."""
    orders = large_store(customers)
    table = orders.table
    number = table.order_id.cast("int64")
    columns = table.mutate(
        product=ibis.literal("P") + (number % 50).cast("string"),
        channel=ibis.literal("C") + (number % 6).cast("string"),
    )
    return replace(orders, table=table.get_backend().create_table("orders_with_products", columns))


def first_asked(customers: int) -> None:
    """Print the time to make the features, and to count each kind of condition."""
    import retention

    orders = store_with_products(customers)
    people = retention.summarise_customers(orders)
    model = retention.fit_cltv(people)
    scores = retention.predict_cltv(model, people, intervals=False)
    labels = retention.assign_segments(people, scores)

    def timed(act: Callable[[], object]) -> tuple[float, object]:
        begin = time.perf_counter()
        found = act()
        return 1000 * (time.perf_counter() - begin), found

    took, found = timed(
        lambda: features(
            people, scores, as_of=orders.end, labels=labels, orders=orders, model=model
        )
    )
    assert isinstance(found, Features)
    print(f"features          {took:8.1f} ms")
    for condition in ASKED:
        first, _ = timed(lambda condition=condition: totals(condition, found))
        again, _ = timed(lambda condition=condition: totals(condition, found))
        print(
            f"{first:8.1f} ms, again {again:5.2f} ms   {condition.feature} {condition.operator} "
            f"{condition.value}"
        )


def main() -> None:
    """Print both medians and their ratio, then the times of conditions asked for the first time."""
    chosen = options(__doc__, 8622)
    script = page_of_app("own_segments", BUILDER, "benchmarks.bench_builder.store_with_products")
    builder = Watched(
        script, "[class*=st-key-value_][class*=days_since] input", ".found", "ArrowUp"
    )
    took = redraws(
        {"empty": EMPTY_NUMBER, "own_segments": builder},
        chosen.customers,
        chosen.port,
        chosen.chrome,
    )
    report(took, chosen.customers)
    first_asked(chosen.customers)


if __name__ == "__main__":
    main()
