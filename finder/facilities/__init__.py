"""What treatment facilities are, where they come from and how they are found; no Flask."""
