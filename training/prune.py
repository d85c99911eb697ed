"""A narrower network from a trained one: the heads and inner neurons that the loss would miss least are left out.

What a part is worth is the first term of Taylor's series: how much the loss would move if its output were zero
(Molchanov et al., 2017; for heads Michel et al., 2019). Every layer keeps as many.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import torch
from torch import Tensor, nn

from training.batches import Batch, on_device
from training.encoder import Encoder, Layer
from training.fit import total_loss
from training.network import Network

Worths = list[tuple[Tensor, Tensor]]


def part_worths(network: Network, batches: Iterable[Batch]) -> Worths:
    """A pair a layer: the worth of each head [heads] and of each inner neuron [inner], summed over the batches."""
    device = next(network.parameters()).device
    seen: dict[nn.Module, Tensor] = {}

    def keep_input(module: nn.Module, inputs: tuple[Tensor]) -> None:
        seen[module] = inputs[0]
        inputs[0].retain_grad()

    layers = list(network.encoder.layers)
    hooks = [module.register_forward_pre_hook(keep_input) for layer in layers for module in (layer.out, layer.down)]
    worths = [
        (torch.zeros(layer.heads, device=device), torch.zeros(layer.down.in_features, device=device))
        for layer in layers
    ]
    for batch in batches:
        moved = on_device(batch, device)
        total_loss(network.losses(moved, network(moved, 0.0))).backward()  # type: ignore[no-untyped-call]
        for layer, (heads, inner) in zip(layers, worths, strict=True):
            heads += missed(seen[layer.out]).unflatten(0, (layer.heads, -1)).sum(-1).abs()
            inner += missed(seen[layer.down]).abs()
    for hook in hooks:
        hook.remove()
    network.zero_grad()
    return worths


def missed(values: Tensor) -> Tensor:
    """[features]: about how much lower the loss would be without each feature of ``values`` [B, T, features]."""
    assert values.grad is not None
    return (values * values.grad).detach().sum((0, 1))


def narrow(encoder: Encoder, worths: Worths, n_heads: int, n_inner: int) -> None:
    """Leave all but the worthiest heads and inner neurons of each layer out, in place."""
    for layer, (heads, inner) in zip(encoder.layers, worths, strict=True):
        keep_parts(layer, worthiest(heads, n_heads), worthiest(inner, n_inner))
    encoder.shape = replace(encoder.shape, heads=n_heads, inner=n_inner)


def worthiest(worths: Tensor, n_kept: int) -> Tensor:
    """The numbers of the ``n_kept`` largest, in rising order."""
    return worths.topk(n_kept).indices.sort().values


def keep_parts(layer: Layer, heads: Tensor, inner: Tensor) -> None:
    """Leave all but these heads and inner neurons out, in place."""
    size = layer.out.in_features // layer.heads
    features = (heads[:, None] * size + torch.arange(size, device=heads.device)).flatten()
    of_all_three = torch.cat([part * layer.out.in_features + features for part in range(3)])
    layer.heads = len(heads)
    layer.qkv = part_of(layer.qkv, rows=of_all_three)
    layer.out = part_of(layer.out, columns=features)
    layer.up = part_of(layer.up, rows=inner)
    layer.down = part_of(layer.down, columns=inner)


def part_of(module: nn.Linear, rows: Tensor | None = None, columns: Tensor | None = None) -> nn.Linear:
    """The module with only these of its outputs (``rows``) or inputs (``columns``)."""
    weight, bias = module.weight.detach(), module.bias.detach()
    if rows is not None:
        weight, bias = weight[rows], bias[rows]
    if columns is not None:
        weight = weight[:, columns]
    part = nn.Linear(weight.shape[1], weight.shape[0], device=weight.device)
    part.load_state_dict({"weight": weight, "bias": bias})
    return part
