"""A portal that nobody owns: it behaves as the AtoZ portal is known to, jobs arrive, rivals accept, things break.

``domain`` is the portal's state, pure: no I/O, and the time is passed in. ``world`` lets jobs arrive and rivals react.
``skins`` are the portal's pages: the AtoZ portal's make, and three others that stand for other kinds of portal. ``web``
serves the portal and, on another port, the control interface that tells the truth about every job and changes or breaks
what a test or benchmark wants changed or broken.
"""
