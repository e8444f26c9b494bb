"""Inquiries and reports of wrong details, from the form to their erasure; no Flask.

What people write is unsealed here and nowhere else, and every read is on record. Each folder is
one subject, and its ``__init__`` names what others may use; ``models``, ``permissions`` and
``errors`` are shared by all of them.
"""
