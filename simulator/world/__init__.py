"""Simulated events that no request causes: jobs arrive, rivals accept, and a new account gets its past.

Answers to requests belong to ``domain``.
"""
