"""Fuzzing: thousands of broken forms and requests, small in the tests and in full as commands."""
