"""Evidence: what the portal showed and answered, kept so that the owner can prove what the bot did.

- ``redaction``: no password, cookie or CSRF token is kept
- ``archive``: one piece of evidence as one compressed file, whole or not at all
- ``store``: ``Evidence``, which keeps them within limits, from a thread of its own; what the engine uses
- ``report``: what is kept of a job as files and a page for a browser
- ``python -m bot.evidence list | show``: for the owner
"""
