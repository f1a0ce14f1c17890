"""Reads prompts by one of the libraries that benchmarks/prompts.py compares, in the Python that has it.

    PYTHON prompt_readers.py sd-parsers|sd-prompt-reader ROUNDS FILE...

Prints {"prompts": {file: prompt}, "speed": files a second of processor time, "endless": files it did not come to an end
with}. Knows nothing of ours: it runs elsewhere.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

Reader = Callable[[str], str]
LONGEST = 2
"""Seconds of processor time for a file."""


def sd_parsers() -> Reader:
    from sd_parsers import ParserManager  # type: ignore[import-not-found]

    manager = ParserManager()

    def read(path: str) -> str:
        found = manager.parse(path)
        return str(found.full_prompt) if found else ""

    return read


def sd_prompt_reader() -> Reader:
    from sd_prompt_reader.image_data_reader import ImageDataReader  # type: ignore[import-not-found]

    def read(path: str) -> str:
        found = ImageDataReader(path)
        return str(found.positive or found.positive_sdxl or "")

    return read


READERS = {"sd-parsers": sd_parsers, "sd-prompt-reader": sd_prompt_reader}


def prompt(read: Reader, path: str) -> str:
    """What is found; an exception is the library's answer, too, and finds nothing."""
    try:
        return read(path)
    except Exception:
        return ""


def apart(read: Reader, path: str) -> str | None:
    """The same in a process of its own; None if that came to no end. Libraries catch what would stop them in here."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
        with os.fdopen(sending, "wb") as file:
            file.write(prompt(read, path).encode("utf-8", "replace"))
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as file:
        said = file.read()
    return said.decode() if os.waitpid(child, 0)[1] == 0 else None


def main(name: str, rounds: int, paths: list[str]) -> None:
    logging.disable()
    with contextlib.redirect_stdout(io.StringIO()):
        read = READERS[name]()
        found = {path: apart(read, path) for path in paths}
        ending = [path for path in paths if found[path] is not None]
        began = time.process_time()
        for _ in range(rounds):
            for path in ending:
                prompt(read, path)
        took = time.process_time() - began
    prompts = {Path(path).name: said for path, said in found.items() if said is not None}
    endless = len(paths) - len(ending)
    print(json.dumps({"prompts": prompts, "speed": rounds * len(ending) / took, "endless": endless}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
