"""The owner's other commitments, from any number of iCal calendars, as busy time for the rules.

- ``setting``: what the setting ``CALENDARS`` says, as sources
- ``sources``, ``http_source``: a source's bytes, from a file or an address
- ``text``, ``components``, ``values``: an iCal text as lines, entries, and what their values can mean
- ``zones``, ``zone_names``: what a time zone's name can mean in one calendar
- ``entry``, ``recurrence``, ``series``, ``entries``: entries, their recurrences and changes as busy spans
- ``reader_protocol``: what is asked and what was read, as bytes on a pipe or on disk
- ``reader``: the program that does all this for one calendar, in a process of its own
- ``watch``: ``Calendars``, which keeps all of them fresh in the background; what the engine uses

Reading is done in a process of its own, because the libraries are Python and Python runs one thread at a time. With a
calendar of 2,000 entries (0.85 MB, 5,700 times in a year), in a thread of the bot it took 0.6 s of work, during which
ten turns of the event loop lasted 120 ms instead of one or two, and 9 MB for good, 5 MB of them for the libraries. Nor
could a trap (a rule that is never fulfilled) be ended, and the time zones that one calendar defines would hold in all
others, because the library keeps them for the whole process. A process of its own costs the bot nothing once it has
ended, is nice to others, and can be ended. It takes 0.8 s and 28 MB for that calendar.
"""
