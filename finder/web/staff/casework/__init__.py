"""The queue, one inquiry, and what is done with it."""
