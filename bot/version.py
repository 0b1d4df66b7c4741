"""The bot's own version, as it is reported."""

VERSION = "0.1.0"
