"""Helpers and enumerations that every program of the house shares; imports nothing of ours."""
