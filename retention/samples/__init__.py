"""Data to try everything with.

A simulated store with known parameters, and CDNOW.

Beside the ground it may import: orders.
"""
