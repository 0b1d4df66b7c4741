"""The websocket: what happens, as it happens."""
