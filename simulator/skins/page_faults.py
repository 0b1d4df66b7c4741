"""What the page faults of all skins share."""

#: How far off a wrong total is.
WRONG_BY = 7
