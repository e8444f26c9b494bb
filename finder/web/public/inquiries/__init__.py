"""Writing an inquiry, and following it."""
