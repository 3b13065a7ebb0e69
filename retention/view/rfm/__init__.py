"""The RFM page."""
