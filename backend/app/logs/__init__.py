"""The log for the owner."""
