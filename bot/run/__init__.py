"""A bot process from its command line to its exit code: wiring, logging, start and end.

What the bot does while it runs belongs to bot.engine.
"""
