"""How a newer export is joined to earlier orders: which orders are the same, and what follows."""
