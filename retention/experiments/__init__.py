"""Did a campaign work? Both groups of a controlled test, what each ordered, and what that proves.

Beside the ground it may import: campaigns, cells, customers, models, orders, sheets,
signal_files.
"""
