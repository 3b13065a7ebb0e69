"""Signals of customers that a shop has elsewhere: surveys, reviews, points, subscriptions, mails.

A file becomes one row for each customer whom the orders know, and a report on all its rows.

Beside the ground it may import: cells, columns, orders, sheets.
"""
