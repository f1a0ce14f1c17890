"""What training makes small."""

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
    """Cross entropy against the teacher's probabilities, averaged over pictures."""
    return -(probabilities * functional.log_softmax(answers, dim=1)).sum(dim=1).mean()
