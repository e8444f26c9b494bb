"""Search benchmarks on synthetic facilities in any number."""
