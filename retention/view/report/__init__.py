"""Files for a meeting: the scorecard and its cohorts as one HTML page, and tables.

Of the view it may import: the shared modules and the packages of pages.
"""
