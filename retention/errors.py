"""The errors that a caller is meant to catch. Any other is a bug and keeps its traceback."""


class RetentionError(Exception):
    """Something that a user can put right. The message says how."""


class DataError(RetentionError):
    """The order data cannot be used as it is."""


class NoRoomError(DataError):
    """The computer that reads the orders lacks memory, or room for temporary files."""


class SingleColumnError(DataError):
    """The file is a list of one column, where a table is needed."""


class ModelError(RetentionError):
    """A model could not be fitted, or was asked for something that it cannot answer."""
