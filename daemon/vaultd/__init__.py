"""The engine of Visionary Vault: catalog, ingest, search, and the daemon that serves them over one socket."""

from __future__ import annotations

__version__ = "0.1.0"
