"""Files of the bot on disk, without meaning: the SQLite writer.

What is stored belongs to bot.state, bot.evidence and bot.control_plane.
"""
