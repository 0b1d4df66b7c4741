"""What the bot knows: the jobs on the board, the claims with their journal, the session's status.

Nothing here talks to a portal or decides.
"""
