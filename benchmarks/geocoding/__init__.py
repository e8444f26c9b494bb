"""Evaluation of the offline geocoder: labelled queries, real addresses, random edits, speed."""
