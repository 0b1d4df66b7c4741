"""Tests of the bot, a folder a room and a file a module."""
