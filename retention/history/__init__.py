"""Counts by day, periods and their metrics. Imports orders."""
