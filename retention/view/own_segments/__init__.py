"""The own segments page."""
