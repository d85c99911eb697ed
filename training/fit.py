"""The training loop: seeded, resumable after any epoch, in bfloat16 where the machine has it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.batches import Batch, on_device
from training.encoder import mixed_precision
from training.network import Network
from training.soft_labels import SoftTable

# Names are what a narrow network loses first.
LOSS_WEIGHTS = {"roles": 1.0, "pieces": 0.5, "entities": 1.0, "pairs": 0.3, "soft_roles": 1.0, "soft_entities": 1.5}


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
    vary_style: bool = True
    only_gaps: bool = False
    # How often an epoch reads the texts that somebody annotated, beside plain ones.
    gold_repeats: int = 1


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


class Trainer:
    """One run: network, optimiser and the number of the next epoch, which a checkpoint holds together."""

    def __init__(
        self, network: Network, recipe: Recipe, folder: Path, n_steps: int, taught: SoftTable | None = None
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.taught = None if taught is None else taught.to(self.device)
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

    def run_epoch(self, batches: Iterable[Batch]) -> dict[str, float]:
        """One pass over the batches; returns the mean losses and the wordpieces per second."""
        torch.manual_seed(self.recipe.seed * 1000 + self.epoch)
        self.network.train()
        totals: dict[str, Tensor] = {}
        started, n_pieces, n_batches = time.monotonic(), 0, 0
        for batch in batches:
            for name, value in self.train_batch(on_device(batch, self.device)).items():
                totals[name] = totals.get(name, value.new_zeros(())) + value
            n_pieces += batch.ids.size
            n_batches += 1
            if n_batches % 50 == 0:
                rate = n_pieces / (time.monotonic() - started)
                losses = means(totals, n_batches)
                print(f"epoch {self.epoch} batch {n_batches} {rate:.0f} pieces/s {losses}", flush=True)
        self.epoch += 1
        return {**means(totals, n_batches), "pieces_per_second": n_pieces / (time.monotonic() - started)}

    def train_batch(self, batch: Batch) -> dict[str, Tensor]:
        """One optimiser step; returns the losses, still on the device."""
        share = learning_rate_share(self.step, self.n_steps, self.recipe.warmup_share)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * share
        with mixed_precision(self.device):
            outputs = self.network(batch, self.recipe.dropout)
        losses = self.network.losses(batch, outputs, self.taught)
        self.optimizer.zero_grad(set_to_none=True)
        total_loss(losses).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        return {name: value.detach() for name, value in losses.items()}


def total_loss(losses: dict[str, Tensor]) -> Tensor:
    """The one number that training lowers."""
    return torch.stack([weight * losses[name] for name, weight in LOSS_WEIGHTS.items()]).sum()


def means(totals: dict[str, Tensor], n_batches: int) -> dict[str, float]:
    """The mean of each loss; raises FloatingPointError where one is not finite."""
    found = {name: round(float(total) / n_batches, 4) for name, total in totals.items()}
    if not all(map(math.isfinite, found.values())):
        raise FloatingPointError(f"a loss is not finite: {found}")
    return found
