"""Encoder and heads: role labels through a CRF, entity labels, and the pairs of segments."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.batches import Batch, PairTargets
from training.crf import Crf
from training.encoder import Encoder, EncoderShape, shared_dropout
from training.examples import IGNORED
from training.soft_labels import SoftTable
from transforms.annotate.pair_features import N_PAIR_FEATURES
from transforms.annotate.sequence import ENTITY_LABELS, ROLE_LABELS

LINK_WIDTH = 128
# Above 1 the teacher's second thoughts weigh more.
TEMPERATURE = 2.0


class PairScorer(nn.Module):
    """Scores of (cue, segment) pairs: a dot product of two projections plus a bias a feature (Dozat and Manning)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.cue = nn.Linear(2 * width, LINK_WIDTH)
        self.other = nn.Linear(2 * width, LINK_WIDTH)
        self.biases = nn.Embedding(N_PAIR_FEATURES, 1)
        nn.init.zeros_(self.biases.weight)

    def forward(self, ends: Tensor, targets: PairTargets) -> Tensor:
        """[G, N]: a score each candidate of each group; ``ends`` is [segments, 2 * width]."""
        cue = functional.relu(self.cue(ends))[targets.cues]
        other = functional.relu(self.other(ends))[targets.others]
        scores = (cue * other).sum(-1) * LINK_WIDTH**-0.5 + self.biases(targets.features).sum((-2, -1))
        return torch.as_tensor(scores.masked_fill(~targets.mask, -1e4))


class Network(nn.Module):
    """The model as it is trained."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.roles = nn.Linear(shape.width, len(ROLE_LABELS))
        self.entities = nn.Linear(shape.width, len(ENTITY_LABELS))
        self.crf = Crf(ROLE_LABELS)
        self.content_pairs = PairScorer(shape.width)
        self.source_pairs = PairScorer(shape.width)

    def forward(self, batch: Batch, drop: float) -> tuple[Tensor, Tensor, Tensor]:
        """Hidden states [B, T, width], role emissions [B, T, K] and entity scores [B, T, E]."""
        hidden = self.encoder(batch.ids, batch.codes, batch.mask, drop)
        hidden = shared_dropout(hidden, drop)
        return hidden, self.roles(hidden), self.entities(hidden)

    def read(self, ids: Tensor, codes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The outputs of windows without padding or dropout: what is exported."""
        hidden = self.encoder(ids, codes)
        return hidden, self.roles(hidden), self.entities(hidden)

    def losses(
        self, batch: Batch, outputs: tuple[Tensor, Tensor, Tensor], taught: SoftTable | None = None
    ) -> dict[str, Tensor]:
        """The mean loss of each task, in float32; zero where the batch has no gold for it.

        ``taught`` holds a teacher's scores, where the batch has rows of them.
        """
        hidden, roles, entities = (output.float() for output in outputs)
        mask = batch.role_labels != IGNORED
        found = {
            "roles": self.crf(roles, batch.role_labels, mask, batch.begins) / mask.sum().clamp(min=1),
            # Emissions that are right by themselves keep long spans from hanging on sums of small differences.
            "pieces": label_loss(roles, batch.role_labels),
            "entities": label_loss(entities, batch.entity_labels),
            "pairs": hidden.new_zeros(()),
            "soft_roles": hidden.new_zeros(()),
            "soft_entities": hidden.new_zeros(()),
        }
        if len(batch.segment_ends):
            ends = hidden.flatten(0, 1)[batch.segment_ends].flatten(1)
            pairs = [
                pair_loss(scorer(ends, targets), targets)
                for scorer, targets in ((self.content_pairs, batch.content), (self.source_pairs, batch.source))
                if len(targets.gold)
            ]
            found["pairs"] = sum(pairs, found["pairs"])
        if taught is not None:
            for name, ours, index, theirs, rows in (
                ("soft_roles", roles, batch.soft_index, taught.roles, batch.soft_rows),
                ("soft_entities", entities, batch.soft_entity_index, taught.entities, batch.soft_entity_rows),
            ):
                if len(index):
                    found[name] = soft_loss(ours.flatten(0, 1)[index], theirs[rows].float())
        return found


def label_loss(scores: Tensor, labels: Tensor) -> Tensor:
    """The mean cross-entropy of the gold labels [B, T] by scores [B, T, K]; zero where there are none."""
    total = functional.cross_entropy(scores.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="sum")
    return total / (labels != IGNORED).sum().clamp(min=1)


def pair_loss(scores: Tensor, targets: PairTargets) -> Tensor:
    """Mean cross-entropy of the right candidate, where column 0 stands for none of them (score zero)."""
    scores = torch.cat([scores.new_zeros(len(scores), 1), scores], dim=1)
    return functional.cross_entropy(scores, targets.gold)


def soft_loss(scores: Tensor, wanted: Tensor) -> Tensor:
    """The mean divergence of our label distributions [N, K] from the teacher's, softened by ``TEMPERATURE``."""
    ours, theirs = (functional.log_softmax(values / TEMPERATURE, dim=-1) for values in (scores, wanted))
    return functional.kl_div(ours, theirs, reduction="batchmean", log_target=True) * TEMPERATURE**2
