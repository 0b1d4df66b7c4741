"""Tests of bot.claim."""
