"""Rules: saved queries that give tags. `asking` says what a rule may ask, `ruler` is the follower that keeps them."""
