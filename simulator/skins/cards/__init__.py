"""A board of cards, on which a job is accepted in two steps.

What several skins share belongs to ``skins``.
"""
