"""Orders become one row per customer.

Beside it stand each customer's contact details and signals.

Beside the ground it may import: orders.
"""
