"""The process that fetches: the only part of fetching that reaches for the network.

`desk` is what a provider works at: it says what is wanted, holds all limits, and takes whole pictures in. `provider`
is what a provider must be; `galleries` (with `gallery_log` and `gallery_parts`), `feeds`, `webdav`, `sftp` are the ones
there are. `web` speaks HTTP politely and believes nothing; `transfer` writes what comes to disk within limits;
`sniffing` tells a picture by its bytes; `credentials` reads the one file with passwords, `secretservice` the desktop's.
"""
