"""How single cells of a file are read: dates, money, statuses and names.

How a column is written is decided from the whole column, and then every cell is read that way.

Beside the ground it may import: nothing.
"""
