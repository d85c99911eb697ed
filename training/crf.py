"""A linear-chain conditional random field over the role labels (Lafferty et al., 2001), one sequence a paragraph."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from transforms.annotate.sequence import may_follow, must_go_on

FORBIDDEN = -1e4


def allowed_transitions(labels: tuple[str, ...]) -> Tensor:
    """[from, to]: 0 where ``to`` may follow ``from``, FORBIDDEN where a span would lack its beginning or end."""
    scores = torch.zeros(len(labels), len(labels))
    for row, before in enumerate(labels):
        for column, after in enumerate(labels):
            if not may_follow(before, after) or (must_go_on(before, labels) and after[:1] not in "IE"):
                scores[row, column] = FORBIDDEN
    return scores


def penalties(is_forbidden: list[bool]) -> Tensor:
    """FORBIDDEN where true, else 0."""
    return torch.tensor([FORBIDDEN if forbidden else 0.0 for forbidden in is_forbidden])


class Crf(nn.Module):
    """Transition, start and end scores; ``forward`` gives the negative log-likelihood of gold sequences."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(len(labels), len(labels)))
        self.starts = nn.Parameter(torch.zeros(len(labels)))
        self.ends = nn.Parameter(torch.zeros(len(labels)))
        self.allowed: Tensor
        self.register_buffer("allowed", allowed_transitions(labels))
        self.allowed_starts: Tensor
        self.register_buffer("allowed_starts", penalties([label[:1] in "IE" for label in labels]))
        self.allowed_ends: Tensor
        self.register_buffer("allowed_ends", penalties([must_go_on(label, labels) for label in labels]))

    def scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """Transitions [K, K], starts [K] and ends [K], with what the label set forbids left out."""
        return self.transitions + self.allowed, self.starts + self.allowed_starts, self.ends + self.allowed_ends

    def forward(self, emissions: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """Sum over S sequences; ``emissions`` [S, L, K], ``labels`` and ``mask`` [S, L], each starting unmasked."""
        return (self.log_partition(emissions, mask) - self.path_score(emissions, labels, mask)).sum()

    def path_score(self, emissions: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """[S]: the score of the given labels."""
        transitions, starts, ends = self.scores()
        steps = mask[:, 1:].to(emissions.dtype)
        emitted = (emissions.gather(2, labels.unsqueeze(2)).squeeze(2) * mask).sum(1)
        moved = (transitions[labels[:, :-1], labels[:, 1:]] * steps).sum(1)
        last = labels.gather(1, mask.sum(1, keepdim=True) - 1).squeeze(1)
        return starts[labels[:, 0]] + emitted + moved + ends[last]

    def log_partition(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """[S]: the log of the sum over all label sequences."""
        transitions, starts, ends = self.scores()
        alpha = starts + emissions[:, 0]
        for step in range(1, emissions.shape[1]):
            moved = torch.logsumexp(alpha.unsqueeze(2) + transitions, dim=1) + emissions[:, step]
            alpha = torch.where(mask[:, step].unsqueeze(1), moved, alpha)
        return torch.logsumexp(alpha + ends, dim=1)
