"""What a visitor meets before orders are loaded, while they are read, and after a loss."""
