"""Customers become the file that a platform takes.

Addresses, phones and consent are written as each platform asks.

Beside the ground it may import: customers.
"""
