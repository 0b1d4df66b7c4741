"""A board that a script in the browser draws from JSON.

What several skins share belongs to ``skins``.
"""
