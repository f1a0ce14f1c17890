"""Words as the text tower reads them; the same for every engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from vaultd.models.pack import Pack, PackError


class PackTokenizer:
    """A pack's tokenizer, set to its model's context length. Raises PackError where the file cannot be read."""

    def __init__(self, pack: Pack) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(pack.tokenizer))
        except Exception as error:  # the library's errors are plain Exceptions
            raise PackError(f"The tokenizer {pack.tokenizer} cannot be read: {error}.") from error
        self._length = pack.manifest.context_length
        self._tokenizer.enable_truncation(self._length)
        self._tokenizer.enable_padding(length=self._length, pad_id=pack.manifest.pad_token)

    def tokens(self, texts: Sequence[str], *, whole: bool = True) -> NDArray[np.int64]:
        """int64 [n, context_length], padded; unless `whole`, only as many columns as the longest of the texts needs."""
        read = self._tokenizer.encode_batch(list(texts))
        rows = np.array([encoding.ids for encoding in read], np.int64).reshape(len(read), self._length)
        return rows if whole else rows[:, : max((sum(encoding.attention_mask) for encoding in read), default=0)]
