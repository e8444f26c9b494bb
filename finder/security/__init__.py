"""Keys, the audit log and throttling; no Flask, and no word of what an inquiry is.

Nothing is gathered here for a shorter import: search may not reach ``security.keys``, not even by
way of this package.
"""
