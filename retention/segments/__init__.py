"""Stages, traits, RFM groups and the movement between stages. Imports history, models."""
