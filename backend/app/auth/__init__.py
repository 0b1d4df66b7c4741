"""Who may ask: the guard against requests from other sites."""
