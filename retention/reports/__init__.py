"""Scorecard, cohorts, channels.

Each metric beside earlier periods and benchmarks, and what a gap is worth.

Beside the ground it may import: customers, history, models, orders, playbook.
"""
