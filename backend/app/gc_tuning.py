"""The garbage collector, set for a process that handles thousands of small objects at once."""

import gc

#: New objects before the youngest are looked through. A batch of a thousand events is some fifty thousand objects that
#: all die together; with Python's default of 700 they are looked through again and again while they are needed, and
#: with them everything that was there before: measured, that was more than half of the ingest's time.
_YOUNGEST = 50_000


def tune() -> None:
    """Leave alone what is there now for good, and look at the rest less often. Reference counting goes on as ever."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNGEST, 20, 50)
