"""Hourly numbers, and the dashboard's day."""
