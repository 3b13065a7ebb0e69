"""What happened in a period.

Orders are counted by day once. Metrics of any period, their ranges and changes follow from the
counts.

Beside the ground it may import: orders.
"""
