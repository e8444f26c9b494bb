"""A person's list of programs, its hand-outs, and the comparison."""
