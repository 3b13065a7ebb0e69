"""The page of one customer: who it is, what came so far, what is to come, what to do.

Of the view it may import: the shared modules.
"""
