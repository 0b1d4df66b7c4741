"""Set-up, the servers, the launcher, verification: what starts the other rooms, as processes."""
