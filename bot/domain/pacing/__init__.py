"""When and how often the portal may be asked: pure values on seconds that the caller's monotonic clock counts.

Sleeping, counting requests and reading clocks belong to bot.engine and bot.account.
"""
