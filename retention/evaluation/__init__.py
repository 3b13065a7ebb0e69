"""Can the model be trusted?

The end of the history is hidden, predicted and compared. Checks say what to do about the result.

Beside the ground it may import: customers, history, models, orders.
"""
