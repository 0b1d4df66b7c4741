"""Postgres and Redis: where they come from, and starting and stopping them."""
