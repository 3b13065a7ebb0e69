"""Commands of whoever maintains the project. The app and the package import nothing from here."""
