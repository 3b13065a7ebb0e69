"""The page that says what campaigns have brought."""
