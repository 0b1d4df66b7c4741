"""Sessions: which there are, how they stand, and what is wanted of them."""
