"""The errors a caller is meant to catch; anything else is a bug and keeps its traceback."""


class RetentionError(Exception):
    """Something the person in front of the screen can put right; the message says how."""


class DataError(RetentionError):
    """The order data cannot be used as it is."""


class ModelError(RetentionError):
    """A model could not be fitted or asked for something it cannot answer."""
