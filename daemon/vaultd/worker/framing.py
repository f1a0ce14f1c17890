"""Messages on a stream of bytes: each is its length, four bytes big endian, and then itself in MessagePack."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from vaultd.worker.messages import Answer, Request

HEADER = 4
LONGEST = 64 * 1024 * 1024
"""No message is longer; a length beyond it means that the stream is broken."""

Message = TypeVar("Message")

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


class BrokenStream(Exception):
    """The other side wrote something that is no message."""


def pack(message: Request | Answer) -> bytes:
    """The bytes to send."""
    body = _encoder.encode(message)
    return len(body).to_bytes(HEADER, "big") + body


def length(header: bytes) -> int:
    """The length of the message that follows. Raises BrokenStream if it is impossible."""
    size = int.from_bytes(header, "big")
    if size > LONGEST:
        raise BrokenStream(f"a message of {size} bytes was announced")
    return size


def request(body: bytes) -> Request:
    """A request, decoded. Raises BrokenStream if it is none."""
    return _decode(_requests, body)


def answer(body: bytes) -> Answer:
    """An answer, decoded. Raises BrokenStream if it is none."""
    return _decode(_answers, body)


def _decode(decoder: msgspec.msgpack.Decoder[Message], body: bytes) -> Message:
    try:
        return decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise BrokenStream(str(error)) from error
