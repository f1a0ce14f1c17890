"""Model packs: what turns pictures and words into vectors of one space.

`bundled` finds packs, `pack` reads and checks one, `encoder` says what an engine offers, `onnx` is the engine of the
default install.
"""

import os

# ONNX Runtime (from 1.31 at the latest) reports its use to its maker unless this is set before it is imported, and
# leaves a device id in ~/.cache. Nothing leaves this machine, so it is not for a setting to decide.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
