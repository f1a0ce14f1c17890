"""Sidecars: what stands in them, how it is changed, and whose they are. Values in, values out: no disk, no catalog."""
