"""A linear-chain conditional random field over the role labels (Lafferty et al., 2001), one sequence a paragraph."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

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

    def forward(self, emissions: Tensor, labels: Tensor, mask: Tensor, begins: Tensor) -> Tensor:
        """Sum over all sequences of B windows: ``emissions`` [B, T, K]; ``labels``, ``mask`` and ``begins`` [B, T].

        A sequence reaches from a place that ``begins`` to the next or to the end of the mask; the first place under
        the mask begins one.
        """
        return (self.log_partition(emissions, mask, begins) - self.path_score(emissions, labels, mask, begins)).sum()

    def path_score(self, emissions: Tensor, labels: Tensor, mask: Tensor, begins: Tensor) -> Tensor:
        """[B]: the score of the given labels."""
        transitions, starts, ends = self.scores()
        labels = torch.where(mask, labels, 0)
        emitted = emissions.gather(2, labels.unsqueeze(2)).squeeze(2)
        moved = functional.pad(transitions[labels[:, :-1], labels[:, 1:]], (1, 0))
        arrived = torch.where(begins, starts[labels], moved)
        goes_on = functional.pad(mask & ~begins, (0, 1))[:, 1:]
        left = torch.where(goes_on, 0.0, ends[labels])
        return torch.as_tensor(((emitted + arrived + left) * mask).sum(1))

    def log_partition(self, emissions: Tensor, mask: Tensor, begins: Tensor) -> Tensor:
        """[B]: the log of the sum over all label sequences, by halves, in log T products of [K, K] matrices.

        A place is the matrix of its moves, one that begins a sequence ends the one before it, and one outside the mask
        is the identity; the label before all, which no move forbids, is taken out again at the end (Sarkka and
        Garcia-Fernandez, 2020: sums over a chain as an associative scan).
        """
        transitions, starts, ends = self.scores()
        moves = torch.where(begins[..., None, None], ends[:, None] + starts, transitions) + emissions.unsqueeze(2)
        same = torch.where(torch.eye(len(starts), dtype=torch.bool, device=moves.device), 0.0, FORBIDDEN)
        steps = torch.where(mask[..., None, None], moves, same)
        while steps.shape[1] > 1:
            if steps.shape[1] % 2:
                steps = torch.cat([steps, same.expand(len(steps), 1, -1, -1)], dim=1)
            pairs = steps[:, 0::2].unsqueeze(-1) + steps[:, 1::2].unsqueeze(-3)
            steps = torch.logsumexp(pairs, dim=-2)
        return torch.logsumexp(steps[:, 0, 0] + ends, dim=-1) - ends[0]
