"""Stand-ins in memory that pass the same tests as the real thing."""
