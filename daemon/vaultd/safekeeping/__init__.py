"""What a person said of their pictures, kept where a damaged disk or another program cannot take it.

`daily` makes the backups of the catalog; `export` tells everything a person said in files that other programs read, and
`importing` takes it in again.
"""
