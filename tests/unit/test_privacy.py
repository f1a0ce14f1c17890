from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_loading_a_model_leaves_nothing_in_the_home(tmp_path: Path) -> None:
    """ONNX Runtime's telemetry, if it runs, makes a device id and a queue of events below ~/.cache."""
    code = "from vaultd.models.bundled import open_pack; from vaultd.models.onnx import OnnxTextEncoder; from pathlib"
    code += " import Path; OnnxTextEncoder(open_pack('mini', Path('none')), 1)"
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    assert list(tmp_path.rglob("*")) == []
