"""From folders to the catalog: watching, reading, keeping.

`scan` and `live` notice files and write what they see into the catalog (`observe`); a file whose content is not known
is thereby pending. `feeder` takes pending files to the workers (`reading`, `pool`, `process`) and `record` keeps what
they find, so the queue is the catalog itself and a restart goes on where the last run ended. `receiving` takes bytes
written into the mount, which `keeper` holds and `inbox` makes files of; `minder` looks after drives and roots that come
and go. `service` is the whole, as the rest of the daemon sees it.

Symbolic links are not followed, neither folders (they may loop) nor files (they are found where they are).
"""
