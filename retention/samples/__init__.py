"""Data to try everything with. Imports orders."""
