"""From folders to the catalog: watching, reading, keeping.

`scan` and `live` notice files and write what they see into the catalog (`observe`); a file whose content is not known
is thereby pending. `reading` takes pending files to the workers (`pool`, `process`) and `record` keeps what they find,
so the queue is the catalog itself and a restart goes on where the last run ended. `accept` takes bytes written into
the mount; `service` runs it all.
"""
