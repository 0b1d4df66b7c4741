"""A board that a script draws from JSON."""
