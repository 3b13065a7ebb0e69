"""What one slider move costs in Python, beside the same answer from plain pandas.

    python -m benchmarks.bench_segments [--customers 1000000]

Both label every customer and sum up every segment for a new set of rules, 20 times with another
threshold each, and take turns in one process. The answers are compared before anything is timed.
Ours also gives each segment's expected value its 80 % interval, which plain pandas is spared.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.large_store import large_store
from retention import fit_cltv, predict_cltv, summarise_customers, value_uncertainty
from retention.segments.inputs import prepare_segments, value_cutoffs
from retention.segments.rules import STAGES, TRAITS, SegmentRules
from retention.segments.totals import map_counts, place_segments, summarise_segments

MOVES = 20


def in_pandas(frame: pd.DataFrame, rules: SegmentRules, cutoffs: dict[str, float]) -> pd.DataFrame:
    """The summary as one would write it with boolean columns and groupby."""
    days, orders = frame["T"] - frame["recency"], frame["orders"]
    once, loyal = orders == 1, orders >= rules.loyal_orders
    at_risk = np.select([once, loyal], [rules.new_days, rules.loyal_at_risk], rules.repeat_at_risk)
    lapsed = np.select(
        [once, loyal], [rules.one_order_lapsed, rules.loyal_lapsed], rules.repeat_lapsed
    )
    stage = np.select(
        [
            days > lapsed,
            once & (days >= at_risk),
            days >= at_risk,
            once,
            (frame["cltv"] >= cutoffs["vip"]) & (orders >= rules.vip_orders),
            loyal,
        ],
        ["lapsed", "first_time", "at_risk", "new", "vip", "loyal"],
        "repeat",
    )
    traits = {
        "big_spender": frame["revenue"] >= cutoffs["big_spender"],
        "high_order_value": frame["average_order_value"] >= cutoffs["high_order_value"],
        "full_price": frame["discount_share"] <= rules.full_price,
        "discount_shopper": frame["discount_share"] >= rules.discount_shopper,
        "ready_to_buy": frame["p_purchase_30d"] >= rules.ready_probability,
    }
    measures = frame[["orders", "revenue", "cltv", "p_purchase_30d"]].assign(days=days)
    how = {
        "orders": "sum",
        "revenue": "sum",
        "cltv": "sum",
        "p_purchase_30d": "mean",
        "days": "median",
    }
    by_stage = (
        measures.groupby(stage).agg(how | {}).assign(customers=measures.groupby(stage).size())
    )
    rows = [measures[mask].agg(how).rename(name) for name, mask in traits.items()]
    by_trait = pd.DataFrame(rows).assign(customers=[int(mask.sum()) for mask in traits.values()])
    return pd.concat([by_stage.reindex(list(STAGES)), by_trait])


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1e3


def main() -> None:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    customers = summarise_customers(large_store(parser.parse_args().customers))
    model = fit_cltv(customers)
    scores, uncertainty = predict_cltv(model, customers), value_uncertainty(model, customers)
    frame = customers.join(scores)
    begin = time.perf_counter()
    inputs = prepare_segments(customers, scores, uncertainty=uncertainty)
    prepared = (time.perf_counter() - begin) * 1e3
    without = prepare_segments(customers, scores)
    moves = [replace(SegmentRules(), repeat_at_risk=40 + move) for move in range(MOVES)]

    rules = moves[0]
    plain = in_pandas(frame, rules, value_cutoffs(inputs, rules))
    ours = summarise_segments(inputs, place_segments(inputs, rules))
    assert ours["customers"].tolist() == plain["customers"].tolist()
    assert np.allclose(ours["revenue"], plain["revenue"])
    assert np.allclose(ours["median_days"], plain["days"])
    assert list(ours.index) == [*STAGES, *TRAITS]
    spenders = uncertainty.total(
        (frame["revenue"] >= value_cutoffs(inputs, rules)["big_spender"]).to_numpy()
    )
    both = ours.loc["big_spender", ["expected_value_low", "expected_value_high"]].astype(float)
    assert np.allclose(both, [spenders.low, spenders.high])

    ours_ms, without_ms, map_ms, pandas_ms = [], [], [], []
    for rules in moves:
        cutoffs = value_cutoffs(inputs, rules)
        placement = place_segments(inputs, rules)
        ours_ms.append(
            milliseconds(
                lambda rules=rules: summarise_segments(inputs, place_segments(inputs, rules))
            )
        )
        without_ms.append(
            milliseconds(
                lambda rules=rules: summarise_segments(without, place_segments(without, rules))
            )
        )
        map_ms.append(milliseconds(lambda placement=placement: map_counts(inputs, placement)))
        pandas_ms.append(
            milliseconds(lambda rules=rules, cutoffs=cutoffs: in_pandas(frame, rules, cutoffs))
        )
    move, plain_move = statistics.median(ours_ms), statistics.median(pandas_ms)
    print(
        f"{len(customers):,} customers, median of {MOVES} moves (prepared once in "
        f"{prepared:.0f} ms)"
    )
    print(f"labels and summary     {move:8.1f} ms")
    print(f"  without intervals    {statistics.median(without_ms):8.1f} ms")
    print(f"  and the map's cells  {statistics.median(map_ms):8.1f} ms")
    print(f"the same with pandas   {plain_move:8.1f} ms, without the map")
    print(f"ratio                  {plain_move / move:8.1f} times")


if __name__ == "__main__":
    main()
