"""Tests of bot.portal.parsing."""
