"""The Calendar: what is planned in its order and for one budget, and what has gone out."""
