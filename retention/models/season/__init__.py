"""The season of a store, and the clock of the models that ticks with it."""
