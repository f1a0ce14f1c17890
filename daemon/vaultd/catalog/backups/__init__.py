"""What is done so that a damaged catalog costs little: backups of it, and the way back from one.

`writing` makes one file of a running catalog, `shelf` is the folder they lie in, `damage` says whether a catalog is
whole, and `restoring` puts a backup in its place, with what `taking_over` saves of the damaged file and what `missing`
finds lost. Nothing here needs the catalog to be open.
"""
