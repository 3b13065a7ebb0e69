"""The front page: ways to load orders, the check of the columns, and the first numbers.

Of the view it may import: the shared modules.
"""
