"""Tests of bot.availability."""
