"""Exit codes of a bot process; the supervisor reads them."""

#: The bot ended as it was told to.
EXIT_STOPPED = 0
#: A mistake of ours; the log file holds the stack trace. The supervisor starts the bot again after a pause.
EXIT_ERROR = 1
#: The bot ended with a reason that only its owner can remove; starting it again would end the same way.
EXIT_NEEDS_OWNER = 3
