"""From a decided match to the proof that the job is ours: sending an accept once and reading its outcome.

Whether to claim belongs to bot.decide.
"""
