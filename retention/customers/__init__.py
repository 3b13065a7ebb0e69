"""Orders become one row per customer, with contact details and signals. Imports orders."""
