"""Retention analysis of an order file: who comes back, what they are worth, which segments they form.

Data flows one way, and so do the modules:

unpack, text_files, files        a file -> Sheet: its rows as text, read once
formats, layouts, columns, customer_column   what the columns are for -> Mapping
contact_columns, cells           contact details and signals: which columns, what their cells say
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
rfm, rfm_totals, rfm_rule        scores of recency, frequency and money; the eleven names, what they amount to
movement                         who went from which stage to which between two days
contacts                         Orders -> each customer's contact details and signals
feature_list, features, bought   everything that a condition can ask about a customer
conditions, condition_values, condition_words, rule_files   rules: whom they match, in words, as files
own_segments, ready_made         named rules in an order; those of the playbook
next_order, what_if              one customer's silence and next order; the base if customers bought more or stayed
offers, campaign_pool, campaign_economics   what a campaign brings beyond what customers would do anyway
campaigns, holdout_groups, suppression, send_times, offer_comparison   whom to address, when, with what; whom not
budgets, acquisition, campaign_files   one budget over campaigns, what a new customer may cost, plans as files
contact_values, audience_formats, audiences   customers -> a platform's file
samples, sample_store, sample_world, sample_contacts, simulator   data to try everything with
exports                          frames -> CSV that a spreadsheet opens safely
view                             everything that draws
"""

from retention.audiences.export import Audience, export_audience
from retention.campaigns.budget import budget_curve, queue, split_budget
from retention.campaigns.economics import Economics, Range, Terms
from retention.campaigns.files import SavedPlan, campaigns_from_json, campaigns_to_json
from retention.campaigns.holdout import customer_hashes, detectable_lift
from retention.campaigns.new_customers import Acquisition, acquisition
from retention.campaigns.offers import Offer
from retention.campaigns.plan import (
    Campaign,
    CampaignPlan,
    Message,
    plan_campaign,
    plan_of,
    reachable_of,
)
from retention.campaigns.suppression import suppressions, usable_contacts
from retention.csv_export import to_csv
from retention.customers.contacts import contacts, signals
from retention.customers.summary import summarise_customers
from retention.errors import DataError, ModelError, RetentionError
from retention.evaluation.backtest import Backtest, backtest
from retention.evaluation.backtest_checks import backtest_checks
from retention.models.checks import Check
from retention.models.cltv import (
    CltvModel,
    expected_by_month,
    fit_cltv,
    predict_cltv,
    purchase_probability,
)
from retention.models.next_order import (
    NextOrder,
    active_curve,
    frequency_recency_map,
    next_order,
    order_distribution,
)
from retention.models.uncertainty import Total, Uncertainty, orders_uncertainty, value_uncertainty
from retention.models.what_if import Levers, WhatIf, what_if
from retention.orders.detection import Mapping, detect_columns
from retention.orders.orders import Orders, build_orders, read_orders
from retention.orders.report import DroppedRows, OrderReport, Question
from retention.orders.sheet import Sheet, open_sheet
from retention.own_segments.conditions import Condition, Group, matches
from retention.own_segments.features import Features, features
from retention.own_segments.library import OwnSegment, add_segment, from_json, overlaps, to_json
from retention.own_segments.ready_made import ready_made
from retention.own_segments.rfm_rule import rfm_rule
from retention.own_segments.values import Bought
from retention.periods import Period, preset_period
from retention.playbook import Strategy, strategies, strategies_for, usual_campaign
from retention.reports.breakdown import Breakdown, breakdown
from retention.reports.breakdown_history import dimensions_of
from retention.reports.cohort_forecast import cohort_forecast
from retention.reports.cohorts import cohort_of, cohort_table, second_orders
from retention.reports.industry import Benchmark, Comparison, Target, compare, lines_of_business
from retention.reports.scorecard import Scorecard, monthly_trend, scorecard
from retention.reports.verdict import Reading, read_scorecard
from retention.samples.data_sets import SAMPLES, sample_file, sample_orders
from retention.segments.movement import movement
from retention.segments.presets import fitted_rules, published_rules
from retention.segments.rfm import RFM_CELLS, RFM_GROUPS, RfmRules, rfm, rfm_cut_points
from retention.segments.rfm_totals import rfm_grid, rfm_table
from retention.segments.rules import STAGES, TRAITS, SegmentRules, describe_rules
from retention.segments.stages import assign_segments, segment_table, trait_table

__all__ = [
    "RFM_CELLS",
    "RFM_GROUPS",
    "SAMPLES",
    "STAGES",
    "TRAITS",
    "Acquisition",
    "Audience",
    "Backtest",
    "Benchmark",
    "Bought",
    "Breakdown",
    "Campaign",
    "CampaignPlan",
    "Check",
    "CltvModel",
    "Comparison",
    "Condition",
    "DataError",
    "DroppedRows",
    "Economics",
    "Features",
    "Group",
    "Levers",
    "Mapping",
    "Message",
    "ModelError",
    "NextOrder",
    "Offer",
    "OrderReport",
    "Orders",
    "OwnSegment",
    "Period",
    "Question",
    "Range",
    "Reading",
    "RetentionError",
    "RfmRules",
    "SavedPlan",
    "Scorecard",
    "SegmentRules",
    "Sheet",
    "Strategy",
    "Target",
    "Terms",
    "Total",
    "Uncertainty",
    "WhatIf",
    "acquisition",
    "active_curve",
    "add_segment",
    "assign_segments",
    "backtest",
    "backtest_checks",
    "breakdown",
    "budget_curve",
    "build_orders",
    "campaigns_from_json",
    "campaigns_to_json",
    "cohort_forecast",
    "cohort_of",
    "cohort_table",
    "compare",
    "contacts",
    "customer_hashes",
    "describe_rules",
    "detect_columns",
    "detectable_lift",
    "dimensions_of",
    "expected_by_month",
    "export_audience",
    "features",
    "fit_cltv",
    "fitted_rules",
    "frequency_recency_map",
    "from_json",
    "lines_of_business",
    "matches",
    "monthly_trend",
    "movement",
    "next_order",
    "open_sheet",
    "order_distribution",
    "orders_uncertainty",
    "overlaps",
    "plan_campaign",
    "plan_of",
    "predict_cltv",
    "preset_period",
    "published_rules",
    "purchase_probability",
    "queue",
    "reachable_of",
    "read_orders",
    "read_scorecard",
    "ready_made",
    "rfm",
    "rfm_cut_points",
    "rfm_grid",
    "rfm_rule",
    "rfm_table",
    "sample_file",
    "sample_orders",
    "scorecard",
    "second_orders",
    "segment_table",
    "signals",
    "split_budget",
    "strategies",
    "strategies_for",
    "summarise_customers",
    "suppressions",
    "to_csv",
    "to_json",
    "trait_table",
    "usable_contacts",
    "usual_campaign",
    "value_uncertainty",
    "what_if",
]
