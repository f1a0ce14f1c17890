"""What the daemon asks of a worker, and what it answers: one answer to each request.

Read → HasRead | Failed        opens a file and hashes it
Describe → Decoded | Failed    reads what the file just read says of itself, without its looks
Decode → Decoded | Failed      decodes the file just read and looks at it, keeps the pixels the model needs
Embed → Embedded | Failed      embeds all that is kept, in order, and forgets it
Render → Rendered | Failed     makes a preview of the file just read
Discard → Discarded            forgets all that is kept
Compare → Compared | Failed    whether the file just read and another one show the same pixels
Tell → Told | Failed           finds words for the file just read, in a worker of that kind (`TellSetup`)
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vaultd.domain.attached import NOTHING, Attached
from vaultd.domain.content import Content
from vaultd.domain.facts import Facts

Kind = Literal[
    "unreadable", "not-an-image", "truncated", "too-large", "crash", "timeout", "memory", "encoder", "gone", "changed"
]
"""Why a file could not be read. `gone` and `changed` are no failures: it is not there, or it is being written."""


class Unreadable(Exception):
    """A file that could not be read; `kind` and the sentence say why. It travels as `Failed`."""

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Setup(Struct, tag=True, frozen=True, kw_only=True):
    """The first request to a worker.

    `pack`: folder of the model pack, empty for none. `tower`: descriptor of a connection to its image tower in another
    process, -1 where the worker runs it itself. `trial`: also try its text tower, which workers have no other use for.
    `memory_mb`: what reading pictures may take beyond the model, in MiB. `timeout_s`: the longest that one request may
    take; the worker ends itself when nobody else does. `thumbnails`: the folder of the freedesktop thumbnails, empty if
    none are to be written. `niceness`: how far everything else on the machine comes first, once the worker has started.
    """

    pack: bytes
    tower: int = -1
    trial: bool = False
    max_pixels: int
    memory_mb: int
    timeout_s: int
    thumbnails: bytes
    niceness: int


Task = Literal["caption", "ocr"]
"""What a worker of the other kind finds words by: a model that describes, or one that reads what is written."""


class TellSetup(Struct, tag=True, frozen=True, kw_only=True):
    """The first request to a worker that finds words for pictures. `folder`: of the model that describes, empty for
    reading what is written; `threads`: of the processor; the others as in `Setup`."""

    task: Task
    folder: bytes
    threads: int
    max_pixels: int
    memory_mb: int
    timeout_s: int
    niceness: int


class Read(Struct, tag=True, frozen=True):
    path: bytes


class Describe(Struct, tag=True, frozen=True):
    """What a better reader of metadata asks of a file whose pixels were looked at before."""


class Decode(Struct, tag=True, frozen=True):
    """`thumbnail`: also write one for the file's path, if thumbnails are wanted at all. `keep`: the pixels the model
    needs, for the next `Embed`."""

    thumbnail: bool
    keep: bool = True


class Embed(Struct, tag=True, frozen=True):
    pass


class Render(Struct, tag=True, frozen=True):
    """`side`: pixels of the longer side at most. `target`: the file that the preview becomes, with folders above it."""

    side: int
    format: Literal["webp", "avif", "jpeg"]
    target: bytes


class Discard(Struct, tag=True, frozen=True):
    pass


class Tell(Struct, tag=True, frozen=True):
    pass


class Compare(Struct, tag=True, frozen=True):
    """`other`: an absolute path."""

    other: bytes


class Ready(Struct, tag=True, frozen=True):
    """The worker has started."""


class HasRead(Struct, tag=True, frozen=True):
    """`hash`: BLAKE2b-256 of the bytes; `facts`: fstat of the descriptor they came from; `attached`: to that file."""

    hash: bytes
    facts: Facts
    attached: Attached = NOTHING


class Decoded(Struct, tag=True, frozen=True):
    """`thumbnail_error`: why no thumbnail could be written, '' if that went well."""

    content: Content
    thumbnail_error: str


class Embedded(Struct, tag=True, frozen=True):
    """float32, little endian, one vector a picture."""

    vectors: list[bytes]


class Rendered(Struct, tag=True, frozen=True):
    """`size`: bytes of the preview. `problem`: why it could not be written, '' if that went well."""

    size: int
    problem: str = ""


class Discarded(Struct, tag=True, frozen=True):
    pass


Outcome = Literal["told", "nothing", "unlike"]
"""There are words, there are none, or the picture does not even look as if it held any and was not read."""


class Told(Struct, tag=True, frozen=True):
    """`confidence`: 0 to 1, the model's own word on how sure it is; it counts where there are words."""

    outcome: Outcome
    text: str = ""
    confidence: float = 0.0


class Compared(Struct, tag=True, frozen=True):
    """`same`: whether every pixel compared is, and the pictures are as large, turned and long as each other."""

    same: bool


class Failed(Struct, tag=True, frozen=True):
    """`reason`: one sentence for a person."""

    kind: Kind
    reason: str


Request = Setup | TellSetup | Read | Describe | Decode | Embed | Render | Discard | Compare | Tell
Answer = Ready | HasRead | Decoded | Embedded | Rendered | Discarded | Compared | Told | Failed
