"""Readers of the formats that Pillow has none for. Each makes one format known to it, in the process that asks.

Only `vaultd.worker.optional_formats` opens them, where the package that each needs is installed. That package is
imported with the first picture that needs it: every worker makes the formats known, and hardly any meets one.
"""
