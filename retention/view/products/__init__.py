"""The products page.

Of the view it may import: the shared modules.
"""
