"""What developers run: every check and test. Nothing here is needed to use the bot."""
