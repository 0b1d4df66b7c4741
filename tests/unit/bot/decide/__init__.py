"""Tests of bot.decide."""
