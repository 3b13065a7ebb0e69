"""Segments from conditions on anything known of a customer.

Conditions, the features that they ask about, rules in words and in files, libraries of rules.

Beside the ground it may import: customers, models, orders, playbook, products, segments.
"""
