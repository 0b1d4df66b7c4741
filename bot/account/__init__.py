"""The portal account as one process uses it.

Its folder and lock, signing in, the signed-in session, and the rate limit of its requests. What a portal's pages mean
belongs to bot.portal.
"""
