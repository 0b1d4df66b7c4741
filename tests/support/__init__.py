"""Helpers, fixtures and servers that tests share. Tests themselves belong to the folders beside it."""
