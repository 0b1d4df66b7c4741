"""The portal's state: jobs, accounts, sessions, and what each interpreter sees. No I/O; the time is passed in."""
