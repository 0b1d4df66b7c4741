"""The bot: it watches one interpreter's job board and accepts what the owner's rules let it."""
