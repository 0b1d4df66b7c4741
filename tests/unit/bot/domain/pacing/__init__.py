"""Tests of bot.domain.pacing."""
