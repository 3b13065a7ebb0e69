"""A sheet becomes Orders.

Its columns are mapped to roles, its rows are typed, and rows become orders. Every row that is
left out has a reason. A table of a database becomes Orders in its own engine.

Beside the ground it may import: cells, columns, sheets.
"""
