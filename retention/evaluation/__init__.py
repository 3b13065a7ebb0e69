"""Can the model be trusted? Backtest and checks. Imports orders, customers, history, models."""
