"""The home page, results, and the guided search."""
