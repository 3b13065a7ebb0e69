"""Files that begin in the middle of a shop's life, and the customers who came before."""
