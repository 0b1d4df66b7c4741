"""Jobs: what the bots saw, decided and accepted."""
