"""A portal's definition: its schema, and loading it from a YAML file.

The files themselves are in bot/portal/definitions.
"""
