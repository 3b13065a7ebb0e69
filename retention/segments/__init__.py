"""Lifecycle stages, traits, RFM groups, and who moved between stages.

Customers are prepared once, so that a threshold moves over arrays alone.

Beside the ground it may import: customers, history, models, orders.
"""
