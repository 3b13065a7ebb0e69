"""An order file becomes Orders. Imports nothing of retention but the ground modules."""
