"""The wire between a bot process and the control plane.

Pydantic models only: nothing here performs I/O and nothing here imports another room of the project.
``events`` is what a bot reports, ``commands`` what it is told, ``configuration`` the owner's settings,
``jobs`` a job as it travels, ``presence`` the heartbeat, ``streams`` the Redis keys of all of it.
"""
