"""An order file becomes Orders.

A file is opened as a sheet of text, its columns are mapped to roles, its rows are typed, and
rows become orders. Every row that is left out has a reason.

Beside the ground it may import: nothing.
"""
