"""What each product does: who comes back for it, whom it brings, what follows it, what is due.

Beside the ground it may import: cells, history, models, orders, reports.
"""
