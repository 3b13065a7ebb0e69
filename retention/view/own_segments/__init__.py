"""The page for own segments.

Of the view it may import: the shared modules.
"""
