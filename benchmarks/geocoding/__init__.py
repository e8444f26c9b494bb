"""Evaluates the offline geocoder: an open list of cases, real addresses, random edits, speed."""
