"""Customers become the file that a platform takes. Imports customers."""
