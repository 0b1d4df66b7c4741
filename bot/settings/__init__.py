"""The owner's configuration as the rules of bot.domain.

The fields of a setting and their limits belong to contract.configuration.
"""
