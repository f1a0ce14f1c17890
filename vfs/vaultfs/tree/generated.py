"""`.prompt/` and `.workflow/`: for each result that a program generated, how, as text, and its graph as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.attributes import SEALED_TEXT, Attributes, blocks_of
from vaultfs.faults import ReadOnly
from vaultfs.tree.names import ranked, with_suffix
from vaultfs.tree.node import File, Handle, Node, TextHandle
from vaultfs.tree.records import PAGE, name_of
from vaultfs.tree.results import Results
from vaultipc.messages import Generated, GeneratedImage, GeneratedParams, GenerationTexts, ImageParams

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree


class GeneratedFolder(Results):
    """`<entry>` with an ending, for those entries of a result folder that have such a text."""

    __slots__ = ()

    ending = b""

    async def fetch(self) -> dict[bytes, Node]:
        hits = await self.answer()
        entries = [(hit.id, ranked(rank, len(hits), name_of(hit))) for rank, hit in enumerate(hits, start=1)]
        sizes = await self._sizes([image for image, _ in entries])
        return {
            with_suffix(name, self.ending): self._text(image, size) for image, name in entries if (size := sizes[image])
        }

    async def _sizes(self, images: list[str]) -> dict[str, int]:
        """Return the bytes of each picture's text, 0 where it has none."""
        sizes = dict.fromkeys(images, 0)
        for start in range(0, len(images), PAGE):
            params = GeneratedParams(images=images[start : start + PAGE])
            found: Generated = await self.tree.ask("generated", params)
            sizes |= {one.image: self.size_of(one) for one in found.images}
        return sizes

    def _text(self, image: str, size: int) -> GeneratedText:
        key = ("generated", self.inode, image)
        text = self.tree.inodes.node(key, lambda inode: GeneratedText(inode, self.tree, self, image))
        text.size = size
        return text

    def size_of(self, told: GeneratedImage) -> int:
        """Return the bytes of a picture's text."""
        raise NotImplementedError

    def text_of(self, told: GenerationTexts) -> str:
        """Return the text itself."""
        raise NotImplementedError


class Prompts(GeneratedFolder):
    """Prompts and settings, in the lines that most generators take in again."""

    __slots__ = ()

    ending = b".txt"

    def size_of(self, told: GeneratedImage) -> int:
        return told.prompt

    def text_of(self, told: GenerationTexts) -> str:
        return told.prompt


class Workflows(GeneratedFolder):
    """The graphs that ComfyUI and InvokeAI open again."""

    __slots__ = ()

    ending = b".json"

    def size_of(self, told: GeneratedImage) -> int:
        return told.workflow

    def text_of(self, told: GenerationTexts) -> str:
        return told.workflow


class GeneratedText(File):
    """The text of one picture, asked for when it is opened. `size`: its bytes as they were last told."""

    __slots__ = ("_image", "_of", "_tree", "size")

    attribute_timeout = 0.0

    def __init__(self, inode: int, tree: Tree, of: GeneratedFolder, image: str) -> None:
        super().__init__(inode)
        self._tree = tree
        self._of = of
        self._image = image
        self.size = 0

    def attributes(self) -> Attributes:
        return Attributes(self.inode, SEALED_TEXT, size=self.size, blocks=blocks_of(self.size))

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if write or truncate:
            raise ReadOnly("this text is written by the vault")
        told: GenerationTexts = await self._tree.ask("generation", ImageParams(image=self._image))
        text = self._of.text_of(told).encode()
        self.size = len(text)
        return TextHandle(text)
