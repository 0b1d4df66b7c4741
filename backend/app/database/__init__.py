"""Postgres: the connection, the tables (a file each), and their migrations."""
