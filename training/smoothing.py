"""Channel scales that make activations easy to quantise (SmoothQuant; Xiao et al., ICML 2023).

A few channels of a transformer's activations are far larger than the rest, and one range for all of them leaves the
rest few steps. Each channel is divided by a scale and the weights of the product multiplied by it, so that the result
stays the same and the ranges come closer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from training.network import Network
from transforms.annotate.wordpieces import IntArray

SMOOTHED = ("qkv", "up", "down")
STRENGTH = 0.8
Scales = dict[str, npt.NDArray[np.float32]]


def channel_scales(network: Network, windows: Iterable[tuple[IntArray, IntArray]]) -> Scales:
    """Scales [in] of the smoothed products, by name ("layer0.up"), from what they see on some windows."""
    largest: dict[str, Tensor] = {}
    handles = [
        module.register_forward_pre_hook(remember_largest(largest, name)) for name, module in smoothed_modules(network)
    ]
    with torch.inference_mode():
        for ids, codes in windows:
            network.eval().read(torch.from_numpy(ids[None]), torch.from_numpy(codes[None]))
    for handle in handles:
        handle.remove()
    return {name: scale_of(largest[name], module.weight) for name, module in smoothed_modules(network)}


def smoothed_modules(network: Network) -> list[tuple[str, nn.Linear]]:
    """The products whose inputs are scaled."""
    return [
        (f"layer{number}.{name}", getattr(layer, name))
        for number, layer in enumerate(network.encoder.layers)
        for name in SMOOTHED
    ]


def remember_largest(largest: dict[str, Tensor], name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    """A hook that keeps the largest absolute value of each input channel."""

    def hook(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        seen = inputs[0].abs().flatten(0, -2).max(dim=0).values
        largest[name] = torch.maximum(largest[name], seen) if name in largest else seen

    return hook


def scale_of(activation: Tensor, weight: Tensor) -> npt.NDArray[np.float32]:
    """Between a channel's largest activation and its largest weight, nearer to the activation."""
    weights = weight.detach().abs().max(dim=0).values.clamp(min=1e-5)
    scale = activation.clamp(min=1e-5) ** STRENGTH / weights ** (1 - STRENGTH)
    return (scale / scale.median()).clamp(0.05, 100.0).cpu().numpy().astype(np.float32)
