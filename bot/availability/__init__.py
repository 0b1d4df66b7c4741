"""When the owner is busy: jobs that the portal shows as ours, claims under way, other calendars.

How a calendar is read belongs to bot.calendars.
"""
