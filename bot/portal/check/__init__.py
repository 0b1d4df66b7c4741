"""Trying a definition on the real pages without changing anything on the portal: `python -m bot.portal check`."""
