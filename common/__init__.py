"""What every program of the house shares, each helper and enumeration once: files, locks, processes, waits, states.

What only the bot and the control plane exchange belongs to ``contract``. Nothing here imports another room of ours, and
a module imports the standard library alone unless it is about a library's own objects (psutil, pydantic, dotenv): a bot
at rest has a budget of memory.
"""
