"""The engine's loop and when it polls: poll, decide, claim, confirm.

The steps themselves belong to bot.decide, bot.claim and bot.availability.
"""
