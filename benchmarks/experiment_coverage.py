"""Does a test of a campaign hold its level, do its intervals hold the truth, and what can it show?

    python -m benchmarks.experiment_coverage [tests] [--customers 1000000]

Simulated tests of each kind: no effect, and 5 points more buyers; 2,000, 5,000 and 20,000
customers; 10, 20 and 50 % held out. What is compared is the share of buyers (10 % buy without the
campaign, or 0.9 %), and spend as skewed as that of Hillstrom's e-mail test: 0.9 % buy, for
lognormal amounts with a mean of 116 and a spread of 0.8 on the log scale. Prints for each kind how
often the test sees a difference and how often its 95 % interval holds the truth, beside Welch's.

Then: weekly looks at a test without an effect, over eight weeks; and the seconds of one test.
"""

import argparse
import time
from datetime import date
from typing import NamedTuple

import numpy as np
from scipy import stats

from benchmarks.large_store import large_store
from retention import measure_campaign
from retention.experiments.always_valid import always_valid_width
from retention.experiments.metrics import needs_draws
from retention.experiments.randomisation import Sample, randomisation_test, share_test

#: Share of buyers without the campaign, and mean of what a buyer brings.
KINDS = {"bought": (0.10, 1.0), "bought, rare": (0.009, 1.0), "spend": (0.009, 116.0)}
SPREAD = 0.8
SIZES, HELD_OUT, EFFECTS = (2_000, 5_000, 20_000), (0.1, 0.2, 0.5), (0.0, 0.05)
LEVEL = 0.95
WEEKS = 8


class Seen(NamedTuple):
    """What one test says: whether it sees a difference, and its interval."""

    is_significant: bool
    low: float
    high: float


def group(rng: np.random.Generator, kind: str, customers: int, effect: float) -> Sample:
    """Return a simulated group."""
    buys, mean = KINDS[kind]
    buyers = int(rng.binomial(customers, buys + effect))
    if kind != "spend":
        return Sample(customers, np.ones(buyers))
    return Sample(customers, rng.lognormal(np.log(mean) - SPREAD**2 / 2, SPREAD, buyers))


def welch(addressed: Sample, held_out: Sample) -> Seen:
    """Return what Welch's test says."""
    (mean, error, n1), (other, other_error, n0) = _moments(addressed), _moments(held_out)
    test = stats.ttest_ind_from_stats(mean, error, n1, other, other_error, n0, equal_var=False)
    variance = error**2 / n1 + other_error**2 / n0
    if not variance:
        return Seen(False, -np.inf, np.inf)
    freedom = variance**2 / (
        (error**2 / n1) ** 2 / (n1 - 1) + (other_error**2 / n0) ** 2 / (n0 - 1)
    )
    width = stats.t.ppf(0.5 + LEVEL / 2, freedom) * variance**0.5
    difference = mean - other
    return Seen(bool(test.pvalue < 1 - LEVEL), difference - width, difference + width)


def _moments(sample: Sample) -> tuple[float, float, int]:
    size = sample.customers
    square = float((sample.amounts**2).sum()) - size * sample.mean**2
    return sample.mean, float(np.sqrt(max(square, 0.0) / (size - 1))), size


def ours(kind: str, addressed: Sample, held_out: Sample) -> Seen:
    """Return what a test of this package says: by the draws where buyers are few."""
    if not needs_draws(addressed, held_out):
        return welch(addressed, held_out)  # tea-tasting's test, to the last digit
    compare_by_draws = randomisation_test if kind == "spend" else share_test
    test = compare_by_draws(addressed, held_out, level=LEVEL)
    # A verdict reads the interval.
    return Seen(test.low > 0 or test.high < 0, test.low, test.high)


def compare(tests: int) -> None:
    """Print false alarms, power and coverage of both."""
    print(
        f"{'':34}{'sees a difference':>22}{'holds the truth':>22}\n{'':34}"
        + 2 * f"{'ours':>12}{'Welch':>10}"
    )
    for kind, (_, mean) in KINDS.items():
        for effect in EFFECTS:
            for customers in SIZES:
                for share in HELD_OUT:
                    rng = np.random.default_rng(2026)
                    counts = np.zeros(4)
                    for _ in range(tests):
                        held = int(customers * share)
                        pair = (
                            group(rng, kind, customers - held, effect),
                            group(rng, kind, held, 0.0),
                        )
                        seen = ours(kind, *pair), welch(*pair)
                        truth = effect * mean
                        counts += [
                            *(test.is_significant for test in seen),
                            *(test.low <= truth <= test.high for test in seen),
                        ]
                    rates = 100 * counts / tests
                    print(
                        f"{kind:14}{100 * effect:2.0f} points{customers:8,}{100 * share:4.0f} %"
                        f"{rates[0]:11.1f} {rates[1]:9.1f} {rates[2]:11.1f} {rates[3]:9.1f}",
                        flush=True,
                    )


def weekly_looks(tests: int, customers: int = 5_000, share: float = 0.2) -> None:
    """Print how often a difference is seen in some week of a test without an effect."""
    rng = np.random.default_rng(7)
    fixed = sequence = 0
    for _ in range(tests):
        held = int(customers * share)
        # Customers buy in a week with their own probability.
        rate = rng.gamma(1.0, 0.02, customers)
        is_held = np.zeros(customers, dtype=bool)
        is_held[rng.permutation(customers)[:held]] = True
        bought = np.zeros(customers, dtype=bool)
        alarms = [False, False]
        for week in range(1, WEEKS + 1):
            bought |= rng.random(customers) < rate
            pair = [
                Sample(int(m.sum()), np.ones(int(bought[m].sum()))) for m in (~is_held, is_held)
            ]
            difference = pair[0].mean - pair[1].mean
            error = np.hypot(*(_moments(s)[1] / np.sqrt(s.customers) for s in pair))
            alarms[0] |= welch(*pair).is_significant
            alarms[1] |= abs(difference) > always_valid_width(error, week / WEEKS, LEVEL)
        fixed, sequence = fixed + alarms[0], sequence + alarms[1]
    print(
        f"\nA look each week for {WEEKS} weeks, no effect: a 5 % test sees a difference in "
        f"{100 * fixed / tests:.1f} %, the always-valid interval in {100 * sequence / tests:.1f} %"
    )


def seconds(customers: int) -> None:
    """Print how long a test of all customers of a large store takes."""
    orders = large_store(customers)
    groups = orders.table.select("customer_id").distinct().to_pandas()
    groups = groups.sort_values("customer_id", ignore_index=True)
    drawn = np.random.default_rng(1).random(len(groups)) < 0.2
    groups["group"] = np.where(drawn, "held_out", "addressed")
    # The last day of the orders may not be whole, and so is none of the test's.
    end = date.fromordinal(orders.end.toordinal() - 1)
    start = date.fromordinal(end.toordinal() - 27)
    begin = time.perf_counter()
    result = measure_campaign(orders, groups, start, end, share_held_out=0.2)
    took = time.perf_counter() - begin
    print(f"\nA test of {len(groups):,} customers: {took:.1f} s, verdict {result.verdict}")


def main() -> None:
    """Print all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="?", type=int, default=1_000)
    parser.add_argument("--customers", type=int, default=1_000_000)
    chosen = parser.parse_args()
    compare(chosen.tests)
    weekly_looks(chosen.tests)
    seconds(chosen.customers)


if __name__ == "__main__":
    main()
