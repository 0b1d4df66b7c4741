"""From the stream to Postgres: in batches, in order, each event once."""
