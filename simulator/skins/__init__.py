"""The portal's pages in several makes: the AtoZ portal's own, and others for other kinds of portal (``SKINS.md``).

A skin reads and changes the portal through ``domain``; sessions, latency and faults for all skins belong to ``web``.
"""
