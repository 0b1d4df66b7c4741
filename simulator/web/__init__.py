"""The HTTP servers: the portal for browsers and bots, and the control interface for tests and benchmarks.

Pages belong to ``skins``, the portal's state to ``domain``.
"""
