"""Charts of what a controlled test has shown."""
