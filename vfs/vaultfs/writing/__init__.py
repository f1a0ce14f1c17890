"""Bytes that come into the mount: held safely first, then handed to the daemon, all before close(2) returns."""
