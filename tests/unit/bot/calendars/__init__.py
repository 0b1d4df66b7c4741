"""Tests of bot.calendars."""
