#!/usr/bin/env python3
"""What rclip's own search takes, run by the Python of an environment that has rclip: `search.py --rclip` asks.

    PYTHON benchmarks/rclip_search.py VECTORS.npz

The file holds `rows` [n, 512], half floats of length one, and `asked` [m, 512]. They are put into rclip's own database,
and its own `RClip.search` answers; only its text tower is left out, as with all other rivals. Prints milliseconds of a
question in the middle. rclip is under the MIT licence; nothing of it is in this project.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rclip.db import DB
from rclip.main import RClip
from rclip.model import Model

FOLDER = "/pictures"
MEGABYTE = 1_000_000


def main() -> int:
    given = np.load(sys.argv[1])
    rows, asked = given["rows"], given["asked"].astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        database = DB(Path(folder) / "db.sqlite3")
        for number, row in enumerate(rows):
            vector = row.astype(np.float32).tobytes()
            picture = {"filepath": f"{FOLDER}/{number}.jpg", "modified_at": 0.0, "size": MEGABYTE, "vector": vector}
            database.upsert_image({**picture, "hash": None}, commit=False)
        model = Model()
        model.compute_text_features = lambda texts: asked[[int(text) for text in texts]]  # a query is a vector's number
        rclip = RClip(model, database, 1, None)
        took = []
        for number in range(len(asked)):
            began = time.perf_counter()
            assert len(rclip.search(str(number), FOLDER)) == 10
            took.append(1000 * (time.perf_counter() - began))
        database.close()
    print(statistics.median(took))
    return 0


if __name__ == "__main__":
    sys.exit(main())
