"""The crash matrix: a daemon killed again and again in what it is just doing, and looked at after each start."""
