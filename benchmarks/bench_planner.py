"""The campaign planner with 1,000,000 customers: from a key press to the redrawn gain.

    python -m benchmarks.bench_planner [--customers 1000000] [--port 8623]

The campaign addresses everybody; the keys go to the lift, which moves every number on the page,
then to other sliders. How it is measured stands in `benchmarks.redraws`. Then, without a browser:
what a plan takes where the customers are known already, and where they are asked for the first
time, as after another window.
"""

import statistics
import time
from dataclasses import replace

from benchmarks.large_store import large_store
from benchmarks.redraws import EMPTY_SLIDER, Watched, options, page_of_app, redraws, report
from retention import (
    Campaign,
    Message,
    Offer,
    Terms,
    customer_hashes,
    fit_cltv,
    plan_of,
    reachable_of,
    summarise_customers,
)
from retention.campaigns.campaign import BEST

EVERYBODY = """
from dataclasses import replace
from retention.campaigns.usual import usual_campaign
from retention.view.session import campaigns
if campaigns.on_table() is None:
    usual = usual_campaign("reactivation", segments=("All customers",), order_value=30.0)
    campaigns.put_on_table(replace(usual, size={size!r}))
"""


def main() -> None:
    """Print the medians and their ratio, then the times of a plan."""
    chosen = options(__doc__, 8623)
    script, cut = (
        page_of_app("campaigns", EVERYBODY.format(size=size)) for size in (BEST, 300_000)
    )
    sliders = {
        name: Watched(
            script, f"[class*=st-key-plan_{name}_] input", ".plan-verdict", page="campaigns"
        )
        for name in ("lift", "holdout", "size")
    }
    sliders["size"] = replace(sliders["size"], script=cut)
    for name, slider in sliders.items():
        print(f"slider: {name}")
        took = redraws(
            {"empty": EMPTY_SLIDER, name: slider}, chosen.customers, chosen.port, chosen.chrome
        )
        report(took, chosen.customers)
    orders = large_store(chosen.customers)
    customers = summarise_customers(orders)
    model, hashes = fit_cltv(customers), customer_hashes(customers.index)
    campaign = Campaign(
        "x", messages=(Message(0), Message(7)), terms=Terms(0.05, Offer("amount", 3)), size=BEST
    )
    begin = time.perf_counter()
    reachable = reachable_of(model, customers, campaign, hashes)
    print(f"customers asked for the first time {1000 * (time.perf_counter() - begin):8.1f} ms")
    took = []
    for step in range(20):
        begin = time.perf_counter()
        plan_of(reachable, replace(campaign, terms=replace(campaign.terms, lift=0.03 + step / 500)))
        took.append(1000 * (time.perf_counter() - begin))
    print(f"a plan with another lift           {statistics.median(took):8.1f} ms")


if __name__ == "__main__":
    main()
