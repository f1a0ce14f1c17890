"""The model's own tags: words of a vocabulary that it finds in a picture, with how sure it is.

`vocabulary` reads the words, `wording` turns them into vectors, `scoring` says which of them fit a picture, `plan` is
the three together for one model, and `tagger` keeps the catalog's rows of the source `auto` as the plan says: a
follower of the change log that reads vectors, never pictures. What stands in the catalog is `vaultd.catalog.autotags`.

Who imports only `scoring` (the benchmark, the calibration) loads nothing but numpy and the manifest's structs.
"""
