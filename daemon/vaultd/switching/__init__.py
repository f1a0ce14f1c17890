"""Which model answers, and the way from one to the next.

`choice` decides at the start, `shelf` knows the packs at hand, `switch` makes the vectors of the model that was chosen
while the old one goes on answering, and lets it answer from one moment to the next.

The choice is the user's: `vvault model use`, or the key `model.name`, whichever spoke last. It is kept in the catalog
(`models.wanted`) apart from the model that answers (`models.active`), so that it survives a restart, a pack that cannot
be read for a while, and kill -9 at any moment.
"""
