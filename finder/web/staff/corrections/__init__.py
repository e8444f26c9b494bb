"""Reports of wrong details."""
