#!/usr/bin/env python3
"""How fast model packs are here, and how much memory they take: the bundled one, and those on the command line.

    benchmarks/models.py [PACK…] [--threads 2] [--batch 8] [--quick] [--json FILE]

PACK is a folder. Each is measured by a process of its own, as `vvault model bench` does. Beside each stands the same
architecture run eagerly in fp32 by torch and open_clip, in a process of its own in the same run, where they are
installed (random weights: the speed does not depend on them). The first row is what numpy's matrix product reaches.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from rows import Row, report
from vaultd.models.bundled import BUNDLED
from vaultd.models.manifest import Manifest, PackError, read_manifest
from vaultipc.messages import ModelBench

MIB = 1 << 20
SIDE = 2048
PATIENCE_S = 900
LINE = 120


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packs", type=Path, nargs="*", metavar="PACK")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--quick", action="store_true", help="the bundled pack without its rival: no figure to quote")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    limit_threads(options.threads)
    packs = [BUNDLED / "mini", *([] if options.quick else options.packs)]
    try:
        manifests = {pack: read_manifest(pack) for pack in packs}
    except PackError as error:
        sys.exit(error.message)
    report(measured(manifests, options.threads, options.batch, rivals=not options.quick), options.json)
    return 0


def limit_threads(threads: int) -> None:
    """Tells the matrix library of numpy, before it is loaded, and those of the children."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)


def measured(packs: dict[Path, Manifest], threads: int, batch: int, *, rivals: bool) -> Iterator[Row]:
    """Every row: the machine, then each pack beside its rival."""
    yield Row("machine.matmul", matmul_gflops(), f"GFLOP/s fp32, numpy, {threads} threads")
    for pack, manifest in packs.items():
        rival = torch_rival(pack, manifest, threads, batch) if rivals else None
        yield from of_pack(manifest, bench(pack, threads, batch), rival)


def of_pack(manifest: Manifest, found: ModelBench, rival: ModelBench | None) -> Iterator[Row]:
    """The rows of one pack."""
    name = f"model.{manifest.name}"
    stored = f"image {manifest.precision.image}, text {manifest.precision.text}"
    against = f"torch eager fp32, {rival.model}" if rival else "none"
    yield Row(
        f"{name}.images",
        found.images_per_s,
        f"images/s, batch {found.batch}, {found.threads} threads, {found.device}, {stored}",
        against,
        found.images_per_s / rival.images_per_s if rival else None,
    )
    yield Row(f"{name}.text", found.text_ms, "ms a query", against, found.text_ms / rival.text_ms if rival else None)
    yield Row(f"{name}.first-image", found.first_image_ms, "ms, opens the tower")
    yield Row(f"{name}.first-text", found.first_text_ms, "ms, opens the tower")
    yield Row(
        f"{name}.memory",
        found.peak_bytes / MIB,
        "MiB at most, both towers, process included",
        against,
        found.peak_bytes / rival.peak_bytes if rival else None,
    )


def bench(pack: Path, threads: int, batch: int) -> ModelBench:
    """What `vvault model bench` says of a pack on the processor."""
    command = [sys.executable, "-m", "vaultd.worker.bench", str(pack), "onnx", str(threads), str(batch)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S)
    if done.returncode:
        sys.exit(f"{pack}: {done.stderr.decode(errors='replace').strip()}")
    return msgspec.json.decode(done.stdout, type=ModelBench)


def torch_rival(pack: Path, manifest: Manifest, threads: int, batch: int) -> ModelBench | None:
    """The pack's architecture in torch, in a process of its own; None without torch or for one open_clip lacks."""
    architecture = manifest.origin.architecture if manifest.origin and pack.parent != BUNDLED else ""
    side = str(manifest.image_size[0])
    command = [sys.executable, str(Path(__file__).with_name("models_torch.py")), architecture, side, str(threads)]
    done = subprocess.run([*command, str(batch)], capture_output=True, check=False, timeout=PATIENCE_S)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        print(f"no rival for {manifest.name}: {reason[-1][:LINE] if reason else done.returncode}", file=sys.stderr)
        return None
    return msgspec.json.decode(done.stdout, type=ModelBench)


def matmul_gflops() -> float:
    """The fp32 matrix product that numpy reaches here: what the arithmetic of this machine allows."""
    import numpy as np  # after the threads were limited

    one = np.random.default_rng(0).standard_normal((SIDE, SIDE), np.float32)
    return 2 * SIDE**3 / median_s(lambda: one @ one) / 1e9


def median_s(work: Callable[[], object], times: int = 7) -> float:
    """The median of the seconds that some work takes, after once to warm up."""
    work()
    return statistics.median(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
