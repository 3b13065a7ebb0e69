"""Data to try everything with.

A simulated store with known parameters and two campaigns of known effect, and CDNOW.

Beside the ground it may import: orders.
"""
