"""Reporting a wrong detail."""
