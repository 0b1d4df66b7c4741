"""What the bot decides and how it goes on: no I/O, no clock, no logging, the standard library alone."""
