"""Makes what is wanted so: compares the rows with what is seen, starts bots and stops them."""
