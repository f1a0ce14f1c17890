"""Whether who asks may name pictures by the paths of files.

A client that passes on what others say (pages of a browser, say) gives that up for its connection: whatever it sends,
nobody learns from the answer which files there are outside the library, and none of them is opened.
"""

from __future__ import annotations

from contextvars import ContextVar

from vaultipc.errors import Refused

_by_path: ContextVar[bool] = ContextVar("by_path", default=True)


def by_id_only() -> None:
    """Refuse paths for the rest of this task, and for the threads and tasks it starts."""
    _by_path.set(False)


def check_path_allowed() -> None:
    """Raises Refused where pictures must be named by id, or by name in the library."""
    if not _by_path.get():
        raise Refused("pictures cannot be named by path here", hint="use the id that a search shows")
