"""Every gesture, by its noun."""

from support.model.gestures import albums, disk, history, refused, searches, tagging
from support.model.gestures.kinds import KINDS, Kind

__all__ = ["KINDS", "Kind", "albums", "disk", "history", "refused", "searches", "tagging"]
