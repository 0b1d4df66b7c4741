"""A board of cards, on which a job is taken in two steps."""
