"""The owner's rules: one module for each group of rules, and the evaluation of all of them.

Where the rules' values come from belongs to bot.settings.
"""
