"""Whom the bot is compared with: programs of their own, each in its own process."""
