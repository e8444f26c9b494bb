"""The search under load: made-up facilities in any number, and what is measured on them."""
