"""What training makes small."""

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional


def pair_loss(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """The sigmoid loss over all pairs (SigLIP, arXiv 2303.15343), with soft truth in 0..1 and a weight for each pair.

    Each pair is a question of its own, so that the logit is an absolute answer: a text that matches nothing has a low
    logit everywhere, which a softmax over the batch would never ask for. Summed over texts, averaged over pictures.
    """
    each = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return (each * weight).sum() / len(logits)


def teacher_loss(answers: Tensor, probabilities: Tensor) -> Tensor:
    """Cross entropy of logits against the teacher's probabilities, averaged over rows."""
    return -(probabilities * functional.log_softmax(answers, dim=1)).sum(dim=1).mean()


def direction_loss(answers: Tensor, centred: Tensor) -> Tensor:
    """One less the cosine to the teacher's centred logits: all thousand answers teach, not the highest alone."""
    return 1 - functional.cosine_similarity(answers, centred, dim=1).mean()


def trait_loss(logits: Tensor, truth: Tensor, sizes: Sequence[int]) -> Tensor:
    """Cross entropy of each trait, averaged over the rows that have it and summed over traits.

    `logits` [n, sum of sizes] holds the traits side by side; `truth` int64 [n, traits] is -1 where a row has none.
    """
    parts = zip(logits.split(list(sizes), dim=1), truth.T, strict=True)
    return sum((functional.cross_entropy(part, right, ignore_index=-1) for part, right in parts), logits.new_zeros(()))
