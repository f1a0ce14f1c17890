"""The table of POSIX functions, each with the errors it can give, tried in one mount for each backend and kind."""
