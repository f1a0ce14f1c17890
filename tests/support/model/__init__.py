"""A simple model of the vault, gestures that are made to both, and the comparison of the two."""
