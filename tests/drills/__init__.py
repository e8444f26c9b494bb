"""Drills: what must hold under load, small in the tests and in full as commands."""
