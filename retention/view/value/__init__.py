"""The customer value page.

Of the view it may import: the shared modules.
"""
