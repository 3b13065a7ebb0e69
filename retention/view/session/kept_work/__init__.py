"""The session's work as a record, and where it is kept on this computer."""
