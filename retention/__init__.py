"""Retention analysis of an order file: who comes back, what they are worth, which segments they form.

Data flows one way, and so do the modules:

unpack, text_files, files        a file -> Sheet: its rows as text, read once
formats, layouts, columns        what the columns are for -> Mapping
dates, money, statuses, lines    Sheet + Mapping -> typed lines, each with the reason why it cannot count
refunds, order_report, orders    lines -> Orders: one row per order, and a report of everything left out
customers                        Orders -> one row per customer
histories, fitting               customers with one history counted once; lifetimes' fitters made exact and fast
purchases, spend                 when customers buy and leave, and what they spend
order_counts, forecast, intervals   histories + models -> expected orders, their distribution, 80 % intervals
cltv, totals                     customers -> CltvModel -> scores, and what groups bring; checks: can it be trusted
tracking, accuracy, backtest, backtest_checks   the end of the history hidden, predicted and compared
value                            scores -> distributions and shares to draw
order_history, periods, period_counts   orders beside the next one -> counts of any period
metrics, changes, scorecard      counts -> metrics with their intervals, beside those of earlier periods
benchmarks, playbook, reading    what is ahead and behind, what it is worth and what to do about it
cohorts, cohort_forecast         customers by their first order, age by age, and what is to come of them
breakdown, breakdown_history, breakdown_verdict   channels and other dimensions in a period
rules, presets                   the thresholds: bounds, words, ready-made sets
segment_inputs, segment_totals, segment_ranges   customers + scores as arrays and running totals, ready for sliders
segments                         thresholds -> lifecycle stages and traits
next_order, what_if              one customer's silence and next order; the base if customers bought more or stayed
samples, sample_store, sample_world, simulator   data to try everything with
exports                          frames -> CSV that a spreadsheet opens safely
view                             everything that draws
"""

from retention.backtest import Backtest, backtest
from retention.backtest_checks import backtest_checks
from retention.benchmarks import Benchmark, Comparison, Target, compare, lines_of_business
from retention.breakdown import Breakdown, breakdown
from retention.breakdown_history import dimensions_of
from retention.checks import Check
from retention.cltv import CltvModel, expected_by_month, fit_cltv, predict_cltv, purchase_probability
from retention.cohort_forecast import cohort_forecast
from retention.cohorts import cohort_of, cohort_table, second_orders
from retention.columns import Mapping, detect_columns
from retention.customers import summarise_customers
from retention.errors import DataError, ModelError, RetentionError
from retention.exports import to_csv
from retention.files import Sheet, open_sheet
from retention.next_order import NextOrder, active_curve, frequency_recency_map, next_order, order_distribution
from retention.order_report import DroppedRows, OrderReport, Question
from retention.orders import Orders, build_orders, read_orders
from retention.periods import Period, preset_period
from retention.playbook import Strategy, strategies, strategies_for
from retention.presets import fitted_rules, published_rules
from retention.reading import Reading, read_scorecard
from retention.rules import STAGES, TRAITS, SegmentRules, describe_rules
from retention.samples import SAMPLES, sample_file, sample_orders
from retention.scorecard import Scorecard, monthly_trend, scorecard
from retention.segments import assign_segments, segment_table, trait_table
from retention.totals import Total, Uncertainty, orders_uncertainty, value_uncertainty
from retention.what_if import Levers, WhatIf, what_if

__all__ = [
    "SAMPLES",
    "STAGES",
    "TRAITS",
    "Backtest",
    "Benchmark",
    "Breakdown",
    "Check",
    "CltvModel",
    "Comparison",
    "DataError",
    "DroppedRows",
    "Levers",
    "Mapping",
    "ModelError",
    "NextOrder",
    "OrderReport",
    "Orders",
    "Period",
    "Question",
    "Reading",
    "RetentionError",
    "Scorecard",
    "SegmentRules",
    "Sheet",
    "Strategy",
    "Target",
    "Total",
    "Uncertainty",
    "WhatIf",
    "active_curve",
    "assign_segments",
    "backtest",
    "backtest_checks",
    "breakdown",
    "build_orders",
    "cohort_forecast",
    "cohort_of",
    "cohort_table",
    "compare",
    "describe_rules",
    "detect_columns",
    "dimensions_of",
    "expected_by_month",
    "fit_cltv",
    "fitted_rules",
    "frequency_recency_map",
    "lines_of_business",
    "monthly_trend",
    "next_order",
    "open_sheet",
    "order_distribution",
    "orders_uncertainty",
    "predict_cltv",
    "preset_period",
    "published_rules",
    "purchase_probability",
    "read_orders",
    "read_scorecard",
    "sample_file",
    "sample_orders",
    "scorecard",
    "second_orders",
    "segment_table",
    "strategies",
    "strategies_for",
    "summarise_customers",
    "to_csv",
    "trait_table",
    "value_uncertainty",
    "what_if",
]
