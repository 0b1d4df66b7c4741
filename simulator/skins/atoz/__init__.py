"""The AtoZ portal: a server-rendered site with that portal's class names and texts.

What several skins share belongs to ``skins``.
"""
