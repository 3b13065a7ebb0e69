from .actions.action import NextAction as NextAction, NextActions as NextActions
from .actions.ranking import next_actions as next_actions
from .audiences.export import Audience as Audience, export_audience as export_audience
from .campaigns.budget import (
    budget_curve as budget_curve,
    queue as queue,
    split_budget as split_budget,
)
from .campaigns.campaign import Campaign as Campaign, Message as Message
from .campaigns.economics import Economics as Economics, Range as Range
from .campaigns.files import (
    SavedPlan as SavedPlan,
    campaigns_from_json as campaigns_from_json,
    campaigns_to_json as campaigns_to_json,
)
from .campaigns.holdout import detectable_lift as detectable_lift
from .campaigns.new_customers import Acquisition as Acquisition, acquisition as acquisition
from .campaigns.offers import Offer as Offer
from .campaigns.plan import (
    CampaignPlan as CampaignPlan,
    plan_campaign as plan_campaign,
    plan_of as plan_of,
    reachable_of as reachable_of,
)
from .campaigns.portfolio import (
    Portfolio as Portfolio,
    cut_to_budget as cut_to_budget,
    plan_portfolio as plan_portfolio,
)
from .campaigns.suppression import suppressions as suppressions, usable_contacts as usable_contacts
from .campaigns.terms import Terms as Terms
from .campaigns.usual import usual_campaign as usual_campaign
from .columns.detection import detect_columns as detect_columns
from .columns.mapping import Mapping as Mapping
from .csv_export import to_csv as to_csv
from .customers.contacts import contacts as contacts
from .customers.signals import signals as signals
from .customers.summary import (
    summarise_customers as summarise_customers,
    summarise_histories as summarise_histories,
)
from .errors import (
    DataError as DataError,
    ModelError as ModelError,
    RetentionError as RetentionError,
)
from .evaluation.backtest import Backtest as Backtest, backtest as backtest
from .evaluation.backtest_checks import backtest_checks as backtest_checks
from .evaluation.past_misses import past_misses as past_misses
from .evaluation.seasons import season_index as season_index
from .experiments.campaign_test import CampaignTest as CampaignTest, MeasuredLift as MeasuredLift
from .experiments.groups import (
    ListedGroups as ListedGroups,
    experiment_groups as experiment_groups,
    read_groups as read_groups,
)
from .experiments.learning import (
    LearnedLift as LearnedLift,
    learned_lift as learned_lift,
    lift_source as lift_source,
    measured_lift as measured_lift,
)
from .experiments.measure import (
    measure_campaign as measure_campaign,
    measure_test as measure_test,
)
from .experiments.power import experiment_power as experiment_power
from .experiments.result import CampaignResult as CampaignResult, Gain as Gain
from .models.checks import Check as Check
from .models.cltv import (
    fit_cltv as fit_cltv,
    predict_cltv as predict_cltv,
    purchase_probability as purchase_probability,
    with_order_value as with_order_value,
)
from .models.file_start.fit import FileStart as FileStart
from .models.groups import (
    GroupModels as GroupModels,
    fit_groups as fit_groups,
    group_orders_uncertainty as group_orders_uncertainty,
    group_scores as group_scores,
    group_value_uncertainty as group_value_uncertainty,
)
from .models.misses import PastMisses as PastMisses
from .models.model import CltvModel as CltvModel
from .models.months import expected_by_month as expected_by_month
from .models.next_order import (
    NextOrder as NextOrder,
    active_curve as active_curve,
    frequency_recency_map as frequency_recency_map,
    next_order as next_order,
    order_distribution as order_distribution,
)
from .models.season.index import SeasonIndex as SeasonIndex
from .models.uncertainty import (
    Total as Total,
    Uncertainty as Uncertainty,
    orders_uncertainty as orders_uncertainty,
    value_uncertainty as value_uncertainty,
)
from .models.what_if import Levers as Levers, WhatIf as WhatIf, what_if as what_if
from .orders.joining.added import AddedOrders as AddedOrders
from .orders.newer_export import add_export as add_export
from .orders.orders import (
    Orders as Orders,
    build_orders as build_orders,
    read_orders as read_orders,
)
from .orders.report import (
    DroppedRows as DroppedRows,
    OrderReport as OrderReport,
    Question as Question,
)
from .own_segments.conditions import Condition as Condition, Group as Group, matches as matches
from .own_segments.features import Features as Features, features as features
from .own_segments.library import (
    OwnSegment as OwnSegment,
    add_segment as add_segment,
    from_json as from_json,
    overlaps as overlaps,
    to_json as to_json,
)
from .own_segments.ready_made import ready_made as ready_made
from .own_segments.rfm_rule import rfm_rule as rfm_rule
from .own_segments.values import Bought as Bought
from .periods import Period as Period, preset_period as preset_period
from .playbook import (
    Strategy as Strategy,
    strategies as strategies,
    strategies_for as strategies_for,
)
from .products.due import reorders_due as reorders_due
from .products.journey import order_journey as order_journey
from .products.likely import likely_columns as likely_columns, likely_next as likely_next
from .products.next_backtest import (
    NextProductsBacktest as NextProductsBacktest,
    next_products_backtest as next_products_backtest,
)
from .products.pairs import bought_next as bought_next, bought_together as bought_together
from .products.product_history import (
    ProductHistory as ProductHistory,
    product_history as product_history,
)
from .products.table import product_table as product_table
from .products.value import ProductValue as ProductValue, product_value as product_value
from .random_draws import customer_hashes as customer_hashes
from .reports.breakdown import Breakdown as Breakdown, breakdown as breakdown
from .reports.breakdown_history import dimensions_of as dimensions_of
from .reports.cohort_forecast import cohort_forecast as cohort_forecast
from .reports.cohorts import (
    cohort_of as cohort_of,
    cohort_table as cohort_table,
    second_orders as second_orders,
)
from .reports.industry import (
    Benchmark as Benchmark,
    Comparison as Comparison,
    Target as Target,
    compare as compare,
    lines_of_business as lines_of_business,
)
from .reports.scorecard import (
    Scorecard as Scorecard,
    monthly_trend as monthly_trend,
    scorecard as scorecard,
)
from .reports.scorecard_verdict import Reading as Reading, read_scorecard as read_scorecard
from .reports.signal_groups import signal_groups as signal_groups
from .samples.data_sets import (
    SAMPLES as SAMPLES,
    sample_file as sample_file,
    sample_orders as sample_orders,
)
from .segments.definitions import describe_rules as describe_rules
from .segments.movement import movement as movement
from .segments.presets import fitted_rules as fitted_rules, published_rules as published_rules
from .segments.rfm import (
    RFM_CELLS as RFM_CELLS,
    RFM_GROUPS as RFM_GROUPS,
    RfmRules as RfmRules,
    rfm as rfm,
    rfm_cut_points as rfm_cut_points,
)
from .segments.rfm_totals import rfm_grid as rfm_grid, rfm_table as rfm_table
from .segments.rules import (
    STAGES as STAGES,
    TRAITS as TRAITS,
    SegmentRules as SegmentRules,
)
from .segments.stages import (
    assign_segments as assign_segments,
    segment_table as segment_table,
    trait_table as trait_table,
)
from .sheets.sheet import Sheet as Sheet, open_sheet as open_sheet, open_sheets as open_sheets
from .signal_files.join import join_contacts as join_contacts, join_signals as join_signals
from .signal_files.kinds import (
    SIGNAL_KINDS as SIGNAL_KINDS,
    SignalKind as SignalKind,
    signal_template as signal_template,
)
from .signal_files.read import read_signals as read_signals
from .signal_files.report import SignalFile as SignalFile, SignalReport as SignalReport
