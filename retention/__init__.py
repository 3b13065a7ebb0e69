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

from retention.acquisition import Acquisition, acquisition
from retention.audiences import Audience, export_audience
from retention.backtest import Backtest, backtest
from retention.backtest_checks import backtest_checks
from retention.benchmarks import Benchmark, Comparison, Target, compare, lines_of_business
from retention.breakdown import Breakdown, breakdown
from retention.breakdown_history import dimensions_of
from retention.budgets import budget_curve, queue, split_budget
from retention.campaign_economics import Economics, Range, Terms
from retention.campaign_files import SavedPlan, campaigns_from_json, campaigns_to_json
from retention.campaigns import Campaign, CampaignPlan, Message, plan_campaign, plan_of, reachable_of
from retention.checks import Check
from retention.cltv import CltvModel, expected_by_month, fit_cltv, predict_cltv, purchase_probability
from retention.cohort_forecast import cohort_forecast
from retention.cohorts import cohort_of, cohort_table, second_orders
from retention.columns import Mapping, detect_columns
from retention.condition_values import Bought
from retention.conditions import Condition, Group, matches
from retention.contacts import contacts, signals
from retention.customers import summarise_customers
from retention.errors import DataError, ModelError, RetentionError
from retention.exports import to_csv
from retention.features import Features, features
from retention.files import Sheet, open_sheet
from retention.holdout_groups import customer_hashes, detectable_lift
from retention.movement import movement
from retention.next_order import NextOrder, active_curve, frequency_recency_map, next_order, order_distribution
from retention.offers import Offer
from retention.order_report import DroppedRows, OrderReport, Question
from retention.orders import Orders, build_orders, read_orders
from retention.own_segments import OwnSegment, add_segment, from_json, overlaps, to_json
from retention.periods import Period, preset_period
from retention.playbook import Strategy, strategies, strategies_for, usual_campaign
from retention.presets import fitted_rules, published_rules
from retention.reading import Reading, read_scorecard
from retention.ready_made import ready_made
from retention.rfm import RFM_CELLS, RFM_GROUPS, RfmRules, rfm, rfm_cut_points
from retention.rfm_rule import rfm_rule
from retention.rfm_totals import rfm_grid, rfm_table
from retention.rules import STAGES, TRAITS, SegmentRules, describe_rules
from retention.samples import SAMPLES, sample_file, sample_orders
from retention.scorecard import Scorecard, monthly_trend, scorecard
from retention.segments import assign_segments, segment_table, trait_table
from retention.suppression import suppressions, usable_contacts
from retention.totals import Total, Uncertainty, orders_uncertainty, value_uncertainty
from retention.what_if import Levers, WhatIf, what_if

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
