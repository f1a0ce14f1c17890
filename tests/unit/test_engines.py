"""Which engine a pack gets, and what is said where it is another one than was asked for."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from vaultd.models import cuda
from vaultd.models.bundled import open_pack
from vaultd.models.engines import apart, open_encoders
from vaultd.models.tokens import PackTokenizer

no_cuda = pytest.mark.skipif(cuda.offered(), reason="the installed ONNX Runtime was built for CUDA")


@no_cuda
def test_without_wishes_a_pack_runs_on_the_processor_and_nothing_is_said() -> None:
    encoders = open_encoders(open_pack())
    assert (encoders.name, encoders.device, encoders.note) == ("onnxruntime", "cpu", "")


@no_cuda
def test_cuda_that_is_not_there_is_replaced_and_a_sentence_says_why() -> None:
    encoders = open_encoders(open_pack(), "cuda")
    assert (encoders.name, encoders.device) == ("onnxruntime", "cpu")
    assert encoders.note.startswith("CUDA cannot be used: ")
    assert "onnxruntime-gpu" in encoders.note
    np.testing.assert_allclose(np.linalg.norm(encoders.text.embed(["dog"])), 1, atol=1e-5)


def test_torch_is_replaced_where_the_pack_holds_no_weights_for_it_or_torch_is_missing() -> None:
    encoders = open_encoders(open_pack(), "torch")
    assert (encoders.name, encoders.device) == ("onnxruntime", "cpu")
    torch = find_spec("torch")
    missing = torch is None or torch.origin is None  # a folder of tests has its name
    assert ("[torch]" if missing else "holds no weights") in encoders.note


def test_the_little_model_that_tries_cuda_computes_what_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the processor: where the GPU's part is played by it, the trial must succeed."""
    monkeypatch.setattr(cuda, "PROVIDER", cuda.CPU)
    monkeypatch.setattr(cuda, "OPTIONS", {})
    assert cuda.problem() == ""


def test_only_what_may_be_an_accelerator_gets_a_process_of_its_own() -> None:
    assert not apart("onnx")
    assert apart("cuda")
    assert apart("torch")
    assert apart("auto") == cuda.offered()


def test_tokens_without_padding_are_the_columns_that_the_longest_text_needs() -> None:
    pack = open_pack()
    tokenizer = PackTokenizer(pack)
    texts = ["dog", "a photograph of two dogs in the snow"]
    whole, cut = tokenizer.tokens(texts), tokenizer.tokens(texts, whole=False)
    assert whole.shape == (2, pack.manifest.context_length)
    assert 0 < cut.shape[1] < whole.shape[1]
    np.testing.assert_array_equal(whole[:, : cut.shape[1]], cut)
    assert (whole[:, cut.shape[1] :] == pack.manifest.pad_token).all()
    assert tokenizer.tokens([], whole=False).shape == (0, 0)
