"""Examples in the OpenAPI document that several routes share."""

from __future__ import annotations

from typing import Any

HIT: dict[str, Any] = {
    "id": "17",
    "name": "beach.jpg",
    "path": "/home/me/Pictures/beach.jpg",
    "rank": 1,
    "score": 0.83,
    "state": "online",
    "tags": ["beach"],
    "width": 4000,
    "height": 3000,
    "date": "2024-05-01T10:00:00",
    "size": 2_400_000,
    "blocks": 4688,
    "mtime_ns": 1_714_557_600_000_000_000,
    "mode": 33188,
    "uid": 1000,
    "gid": 1000,
    "content": "0123456789abcdef",
    "grouped": 0,
}
RESULT: dict[str, Any] = {
    "query": "red car",
    "canonical": "red car",
    "level": "default",
    "total": 1,
    "took_ms": 4.2,
    "model": "mini",
    "cut": 0.21,
    "notes": [],
    "hits": [HIT],
    "snapshot": "1",
    "seq": 41,
    "grouped": 0,
}
PARSED: dict[str, Any] = {
    "canonical": "red car tag:beach",
    "parts": [
        {
            "text": "tag:beach",
            "start": 8,
            "end": 17,
            "kind": "field",
            "negated": False,
            "field": "tag",
            "value": "beach",
            "weight": 1.0,
        }
    ],
}
EXPLANATION: dict[str, Any] = {
    "matched": True,
    "score": 0.83,
    "similarity": 0.31,
    "floor": 0.12,
    "cut": 0.21,
    "words": [{"word": "car", "field": "caption"}],
    "tags": ["car"],
    "filters": [{"text": "tag:beach", "pass": True}],
    "fused": {"semantic_rank": 1, "text_rank": 2},
    "parts": [],
    "feedback": "",
    "grouped": 0,
    "behind": "",
}
ACTION: dict[str, Any] = {
    "id": "41",
    "time": "2024-05-01T10:00:00Z",
    "kind": "tag",
    "summary": "tag with beach",
    "count": 3,
    "undone": False,
    "skipped": [],
}
CHANGED: dict[str, Any] = {"action": "41", "changed": 3, "unchanged": 0, "errors": []}
COLUMNS: dict[str, Any] = {
    "query": "",
    "canonical": "",
    "seq": 41,
    "snapshot": "1",
    "total": 1,
    "ids": ["17"],
    "widths": [4000],
    "heights": [3000],
    "days": [19844],
    "colours": [0x336699],
    "contents": ["0123456789abcdef"],
    "notes": [],
}
IMAGE: dict[str, Any] = {
    "id": "17",
    "paths": [
        {
            "path": "/home/me/Pictures/beach.jpg",
            "state": "online",
            "size": 2_400_000,
            "mtime_ns": 1_714_557_600_000_000_000,
        }
    ],
    "size": 2_400_000,
    "type": "image/jpeg",
    "width": 4000,
    "height": 3000,
    "date": "2024-05-01T10:00:00",
    "camera": "Canon EOS R5",
    "tags": [{"name": "beach", "source": "user", "score": None}],
    "texts": [{"kind": "caption", "text": "Low tide", "source": "user"}],
    "favourite": True,
    "rating": 4,
    "albums": ["Summer"],
    "hash": "0123456789abcdef" * 4,
    "seq": 41,
    "duplicates": [],
    "history": [ACTION],
}
