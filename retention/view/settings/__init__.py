"""The store settings page.

Of the view it may import: the shared modules.
"""
