"""What happened in a period.

Orders are counted by day once. The metrics of any period, their intervals and their changes follow
from these counts.

Beside the ground it may import: orders.
"""
