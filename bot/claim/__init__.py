"""From a decided match to the proof that the job is ours: an accept is sent once, and its outcome is read.

Whether to claim a job belongs to bot.decide.
"""
