"""`.why/`: for each result a text that says why it is there."""

from __future__ import annotations

from vaultfs.tree.explaining import reasons
from vaultfs.tree.names import ranked, with_suffix
from vaultfs.tree.node import Node, TextFile
from vaultfs.tree.records import name_of
from vaultfs.tree.results import Results
from vaultipc.messages import Hit


class Why(Results):
    """`<entry>.txt` for each entry of a result folder: the reasons."""

    __slots__ = ()

    async def fetch(self) -> dict[bytes, Node]:
        hits = await self.answer(explain=True)
        return {
            with_suffix(ranked(rank, len(hits), name_of(hit)), b".txt"): self._reason(hit)
            for rank, hit in enumerate(hits, start=1)
        }

    def _reason(self, hit: Hit) -> Reason:
        reason = self.tree.inodes.node(("reason", self.inode, hit.id, hit.content), Reason)
        told = reasons(self.query, hit)
        if self.called:
            told = told.replace(self.query, self.called)
        reason.told = told.encode(errors="surrogateescape")
        return reason


class Reason(TextFile):
    """Why one picture is among the results."""

    __slots__ = ("told",)

    def __init__(self, inode: int) -> None:
        super().__init__(inode)
        self.told = b""

    def text(self) -> bytes:
        return self.told
