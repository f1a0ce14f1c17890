"""One thread a question."""

from __future__ import annotations

import faiss


def alone() -> None:
    """Keeps FAISS from starting threads of its own for what the calling thread asks of it next.

    They spin while they wait for each other: on a busy machine a question would take ten times as long, and questions
    run side by side in threads of ours. OpenMP keeps this setting for each thread apart, so it is said in each.
    """
    faiss.omp_set_num_threads(1)
