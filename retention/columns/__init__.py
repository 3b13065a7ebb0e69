"""Which column of a sheet plays which role: by a platform's layout, else by name and values.

The roles, their usual names and the platforms' exports stand in data files.

Beside the ground it may import: cells, sheets.
"""
