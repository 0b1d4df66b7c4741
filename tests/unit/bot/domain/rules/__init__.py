"""Tests of bot.domain.rules."""
