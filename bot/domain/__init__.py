"""What the bot decides by and how claims, sessions and polls go on: pure functions and values.

No I/O, no clock, no logging; it imports the standard library and common.states alone.
"""
