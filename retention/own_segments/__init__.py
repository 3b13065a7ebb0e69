"""Segments from conditions on anything known of a customer. Imports segments, models, orders."""
