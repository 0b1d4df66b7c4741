"""Tests of bot.portal."""
