"""The vault over HTTP: a REST interface and the gallery's files, served by a process that is a client of the socket."""
