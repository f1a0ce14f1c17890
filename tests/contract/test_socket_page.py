from __future__ import annotations

from pathlib import Path

from vaultipc import reference
from vaultipc.messages import METHODS

PAGE = Path(__file__).parents[2] / "docs" / "socket.md"


def test_the_page_of_the_socket_is_what_the_messages_say() -> None:
    assert PAGE.read_text("utf-8") == reference.page(), "run scripts/gen-docs"


def test_every_method_has_a_heading_of_its_own() -> None:
    text = reference.page()
    assert [name for name in METHODS if f"\n### `{name}`\n" not in text] == []
