"""Whether ONNX Runtime can compute on an NVIDIA GPU here: found out by computing something."""

from __future__ import annotations

import contextlib
import sys

import numpy as np
import onnxruntime as ort

PROVIDER = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"
WARNING, FATAL = 2, 4
"""ONNX Runtime's levels of logging."""

# TF32 would round a GPU's vectors to 10 bits of mantissa; those of one library come from one arithmetic.
OPTIONS = {"use_tf32": "0", "arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}


def offered() -> bool:
    """Whether the installed ONNX Runtime was built for CUDA; that says nothing of the machine. Costs nothing."""
    return PROVIDER in ort.get_available_providers()


def problem() -> str:
    """Why CUDA cannot be used, as the end of a sentence; '' if it can. Claims memory on the GPU to find out."""
    if not offered():
        return "the installed ONNX Runtime was not built for it (`onnxruntime-gpu` replaces `onnxruntime`)"
    preload()
    ort.set_default_logger_severity(FATAL)  # what fails is told by the answer
    x = np.array([-1, 2], np.float32)
    try:
        session = ort.InferenceSession(_relu(), _quiet(), providers=[(PROVIDER, OPTIONS)], enable_fallback=0)
        if PROVIDER not in session.get_providers():
            return "its libraries (CUDA, cuDNN) or the driver cannot be loaded"
        (y,) = session.run(None, {"x": x})
    except Exception as error:  # onnxruntime raises classes of its own that share no narrower base
        return str(error).splitlines()[0].rstrip(".")
    finally:
        ort.set_default_logger_severity(WARNING)
    return "" if np.array_equal(y, [0, 2]) else "the GPU computes wrong numbers"


def preload() -> None:
    """Finds CUDA and cuDNN where pip puts them; ONNX Runtime itself looks only where the system does."""
    if hasattr(ort, "preload_dlls"):
        with contextlib.redirect_stdout(sys.stderr):  # it prints what it did not find
            ort.preload_dlls()


def _quiet() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.log_severity_level = FATAL
    return options


def _relu() -> bytes:
    """The smallest model: y = max(x, 0) for float32 [2], in ONNX's protobuf (onnx.proto, ModelProto, opset 13)."""
    shape = _message(1, b"\x08\x02")
    tensor = b"\x08\x01" + _message(2, shape)
    kind = _message(2, _message(1, tensor))
    node = _message(1, b"x") + _message(2, b"y") + _message(4, b"Relu")
    graph = _message(1, node) + _message(2, b"relu")
    graph += _message(11, _message(1, b"x") + kind) + _message(12, _message(1, b"y") + kind)
    return b"\x08\x07" + _message(7, graph) + _message(8, b"\x10\x0d")


def _message(field: int, body: bytes) -> bytes:
    """A length-delimited protobuf field of less than 128 bytes."""
    return bytes([field << 3 | 2, len(body)]) + body
