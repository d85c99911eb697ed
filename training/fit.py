"""The training loop: seeded, resumable after any epoch, in bfloat16 where the machine has it."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn

from training.augment import vary_marks
from training.batches import Batch, PairTargets, epoch_batches
from training.examples import Example, make_example
from training.gold import GoldText
from training.network import Network
from training.soft_labels import SoftLabels

LOSS_WEIGHTS = {"roles": 1.0, "pieces": 0.5, "entities": 1.0, "pairs": 0.3, "soft": 1.0}


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides a training run besides the data and the base weights."""

    epochs: int = 8
    batch_pieces: int = 4096
    encoder_rate: float = 2.5e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warmup_share: float = 0.06
    dropout: float = 0.1
    seed: int = 1
    frozen_layers: int = 0
    train_words: bool = False
    vary_marks: bool = True
    only_gaps: bool = False
    # Each epoch reads one in so many of the texts without attributions, others each time.
    names_every: int = 1


def parameter_groups(network: Network, recipe: Recipe) -> list[dict[str, Any]]:
    """Parameters with their learning rates: lower layers learn slower (Howard and Ruder, 2018), heads faster."""
    network.encoder.words.weight.requires_grad_(recipe.train_words)
    for layer in network.encoder.layers[: recipe.frozen_layers]:
        layer.requires_grad_(False)
    n_layers = network.encoder.shape.layers
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            groups.setdefault(rate_of(name, n_layers, recipe), []).append(parameter)
    return [{"params": parameters, "lr": rate, "peak": rate} for rate, parameters in groups.items()]


def rate_of(name: str, n_layers: int, recipe: Recipe) -> float:
    """The peak learning rate of one parameter, by its name."""
    parts = name.split(".")
    if parts[0] != "encoder":
        return recipe.head_rate
    if parts[1] == "features":
        return recipe.head_rate
    depth = n_layers - int(parts[2]) - 1 if parts[1] == "layers" else n_layers
    return recipe.encoder_rate * recipe.layer_decay**depth


def learning_rate_share(step: int, n_steps: int, warmup_share: float) -> float:
    """Linear warm-up, then linear decay to zero."""
    warmup = max(1, int(n_steps * warmup_share))
    return min(step / warmup, max(0.0, (n_steps - step) / max(1, n_steps - warmup)))


def epoch_examples(
    golds: Sequence[GoldText],
    tokenizer: Tokenizer,
    recipe: Recipe,
    epoch: int,
    soft: Sequence[SoftLabels] | None = None,
) -> list[Example]:
    """The training texts of one epoch, with quotation marks varied anew, and a teacher's labels of them if given."""
    chance = random.Random(f"{recipe.seed}-{epoch}-marks")
    texts = [vary_marks(gold, chance) if recipe.vary_marks else gold for gold in golds]
    labels = soft or [None] * len(texts)
    return [
        make_example(gold, tokenizer, item, only_gaps=recipe.only_gaps)
        for number, (gold, item) in enumerate(zip(texts, labels, strict=True))
        if gold.attributions is not None or (number + epoch) % recipe.names_every == 0
    ]


def to_device(batch: Batch, device: torch.device) -> Batch:
    """The batch with every tensor on ``device``."""

    def moved(value: Any) -> Any:
        if isinstance(value, PairTargets):
            return PairTargets(**{name: getattr(value, name).to(device) for name in PairTargets.__slots__})
        return value.to(device)

    return Batch(**{name: moved(getattr(batch, name)) for name in Batch.__slots__})


class Trainer:
    """One run: network, optimiser and the number of the next epoch, which a checkpoint holds together."""

    def __init__(self, network: Network, recipe: Recipe, folder: Path, n_steps: int) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = network.to(self.device)
        self.recipe = recipe
        self.folder = folder
        self.n_steps = n_steps
        self.optimizer = torch.optim.AdamW(
            parameter_groups(network, recipe), weight_decay=recipe.weight_decay, betas=(0.9, 0.98), fused=True
        )
        self.epoch = self.step = 0

    @property
    def checkpoint(self) -> Path:
        """Where the last finished epoch is kept."""
        return self.folder / "checkpoint.pt"

    def resume(self) -> None:
        """Go on after the last finished epoch; raises ValueError where the checkpoint has another recipe."""
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        if state["recipe"] != asdict(self.recipe):
            raise ValueError(f"{self.checkpoint} belongs to another recipe: {state['recipe']}")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.epoch, self.step = state["epoch"], state["step"]

    def save(self) -> None:
        """Write the checkpoint so that a crash leaves the old one or the new one."""
        state = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "epoch": self.epoch,
            "step": self.step,
            "recipe": asdict(self.recipe),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.checkpoint)

    def run_epoch(self, examples: Sequence[Example]) -> dict[str, float]:
        """One pass over the examples; returns the mean losses and the wordpieces per second."""
        chance = random.Random(f"{self.recipe.seed}-{self.epoch}-windows")
        torch.manual_seed(self.recipe.seed * 1000 + self.epoch)
        self.network.train()
        totals: dict[str, float] = {}
        started, n_pieces, n_batches = time.monotonic(), 0, 0
        for batch in epoch_batches(examples, chance, self.recipe.batch_pieces):
            for name, value in self.train_batch(to_device(batch, self.device)).items():
                totals[name] = totals.get(name, 0.0) + value
            n_pieces += batch.ids.numel()
            n_batches += 1
            if n_batches % 50 == 0:
                rate = n_pieces / (time.monotonic() - started)
                means = {name: round(total / n_batches, 4) for name, total in totals.items()}
                print(f"epoch {self.epoch} batch {n_batches} {rate:.0f} pieces/s {means}", flush=True)
        self.epoch += 1
        means = {name: total / n_batches for name, total in totals.items()}
        return {**means, "pieces_per_second": n_pieces / (time.monotonic() - started)}

    def train_batch(self, batch: Batch) -> dict[str, float]:
        """One optimiser step; returns the losses."""
        share = learning_rate_share(self.step, self.n_steps, self.recipe.warmup_share)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * share
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            outputs = self.network(batch, self.recipe.dropout)
        losses = self.network.losses(batch, outputs)
        total = torch.stack([weight * losses[name] for name, weight in LOSS_WEIGHTS.items()]).sum()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        if not math.isfinite(float(total.detach())):
            raise FloatingPointError(f"the loss is not finite at step {self.step}")
        return {name: float(value.detach()) for name, value in losses.items()}


def count_steps(golds: Sequence[GoldText], tokenizer: Tokenizer, recipe: Recipe) -> int:
    """Optimiser steps of the whole run, estimated from the windows of the first epoch."""
    examples = epoch_examples(golds, tokenizer, recipe, 0)
    chance = random.Random(f"{recipe.seed}-0-windows")
    return recipe.epochs * sum(1 for _ in epoch_batches(examples, chance, recipe.batch_pieces))
