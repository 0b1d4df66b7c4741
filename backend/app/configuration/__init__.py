"""The owner's settings: kept with a version, handed to every bot."""
