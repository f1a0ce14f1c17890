"""The command line: `vvault`. Every command is an entry of `registry`; nothing of the daemon is imported to ask it."""
