"""The session's data and choices, and what is computed from them once.

Of the view it may import: text.
"""
