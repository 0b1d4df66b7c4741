"""Events that could not be read or stored: listed, sent again, thrown away. Who parks them is app.ingest."""
