"""The portal's state and its changes: jobs, accounts, sessions and boards. No I/O; the caller passes the time in.

Pages and addresses belong to ``skins`` and ``web``; events without an interpreter's request belong to ``world``.
"""
