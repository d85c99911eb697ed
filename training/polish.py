"""The pair scorers, trained on for a while with the encoder at rest.

Their biases have a long way to go at the rate that suits the rest of the network; with the encoder's vectors at hand
a pass over all choices takes seconds. Here some right candidates are hidden, for at run time a cue or a source may
not have been found, and none is then the right choice.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from training.batches import Batch, PairTargets, epoch_batches, on_device
from training.encoder import mixed_precision
from training.examples import Example
from training.network import Network, PairScorer, pair_loss

N_PASSES = 12
RATE = 3e-3
HIDDEN_SHARE = 0.05
DROPOUT = 0.2


@dataclass(frozen=True, slots=True)
class PairBatch:
    """The ends of a batch's gold segments, [segments, 2 * width], and the choices among them."""

    ends: Tensor
    content: PairTargets
    source: PairTargets


def polish_pairs(network: Network, examples: Sequence[Example], *, seed: int, batch_pieces: int = 4096) -> float:
    """Train both pair scorers in place; returns the mean loss of the last pass."""
    chance = random.Random(f"{seed}-links")
    torch.manual_seed(seed)
    device = next(network.parameters()).device
    annotated = [example for example in examples if example.segments]
    batches = [
        pair_batch(network, on_device(batch, device)) for batch in epoch_batches(annotated, chance, batch_pieces)
    ]
    parameters = [*network.content_pairs.parameters(), *network.source_pairs.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, total_iters=N_PASSES * len(batches))
    total = 0.0
    for _ in range(N_PASSES):
        chance.shuffle(batches)
        total = 0.0
        for batch in batches:
            loss = pass_loss(network.content_pairs, batch, batch.content) + pass_loss(
                network.source_pairs, batch, batch.source
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
    return total / max(1, len(batches))


def pair_batch(network: Network, batch: Batch) -> PairBatch:
    """The vectors of one batch's segments, without a gradient."""
    with torch.inference_mode(), mixed_precision(batch.ids.device):
        hidden = network.eval().encoder(batch.ids, batch.codes, batch.mask)
    ends = hidden.float().flatten(0, 1)[batch.segment_ends].flatten(1) if len(batch.segment_ends) else hidden[:0, 0]
    return PairBatch(ends.clone(), batch.content, batch.source)


def pass_loss(scorer: PairScorer, batch: PairBatch, targets: PairTargets) -> Tensor:
    """The loss of one kind of pair, with some vectors blurred and some right candidates hidden."""
    if not len(targets.gold):
        return torch.zeros((), device=batch.ends.device, requires_grad=True)
    hidden = hide_some(targets)
    return pair_loss(scorer(functional.dropout(batch.ends, DROPOUT), hidden), hidden)


def hide_some(targets: PairTargets) -> PairTargets:
    """The choices with the right candidate taken away from a few, where none is then right."""
    chosen = (torch.rand(len(targets.gold), device=targets.gold.device) < HIDDEN_SHARE) & (targets.gold > 0)
    mask = targets.mask.clone()
    rows = chosen.nonzero()[:, 0]
    mask[rows, targets.gold[rows] - 1] = False
    return replace(targets, mask=mask, gold=torch.where(chosen, 0, targets.gold))
