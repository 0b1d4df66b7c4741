"""``python -m bot.portal``: the command line of ``bot.portal.check``."""

from bot.portal.check.cli import app

if __name__ == "__main__":
    app()
