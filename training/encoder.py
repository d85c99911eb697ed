"""The encoder that carries the heads, in plain torch, so that base weights of any BERT or MPNet of its shape load."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from transforms.annotate.wordpieces import N_FEATURE_CODES


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """Sizes of the encoder; the defaults are MiniLM's (Wang et al., 2020; 6 layers).

    ``buckets``, where above 0: biases for how far apart two wordpieces are, shared by all layers, as MPNet has.
    """

    vocabulary: int = 30522
    width: int = 384
    layers: int = 6
    heads: int = 12
    head_size: int = 32
    inner: int = 1536
    positions: int = 512
    norm_eps: float = 1e-12
    buckets: int = 0


MPNET = EncoderShape(width=768, layers=12, head_size=64, inner=3072, norm_eps=1e-5, buckets=32)
BUCKETS_MAX_DISTANCE = 128


class AttentionNames(NamedTuple):
    """What the transformers library calls the parts of one layer's attention."""

    qkv: tuple[str, str, str]
    out: str
    norm: str


BERT_ATTENTION = AttentionNames(
    ("attention.self.query", "attention.self.key", "attention.self.value"),
    "attention.output.dense",
    "attention.output.LayerNorm",
)
MPNET_ATTENTION = AttentionNames(
    ("attention.attn.q", "attention.attn.k", "attention.attn.v"), "attention.attn.o", "attention.LayerNorm"
)


class Layer(nn.Module):
    """One post-norm transformer layer (Devlin et al., 2019)."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.heads = shape.heads
        attended = shape.heads * shape.head_size
        self.qkv = nn.Linear(shape.width, 3 * attended)
        self.out = nn.Linear(attended, shape.width)
        self.out_norm = nn.LayerNorm(shape.width, eps=shape.norm_eps)
        self.up = nn.Linear(shape.width, shape.inner)
        self.down = nn.Linear(shape.inner, shape.width)
        self.down_norm = nn.LayerNorm(shape.width, eps=shape.norm_eps)

    def forward(self, hidden: Tensor, mask: Tensor | None, drop: float) -> Tensor:
        """``hidden`` is [B, T, width], ``mask``, which broadcasts to [B, heads, T, T], is added to the scores."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.qkv(hidden).chunk(3, -1)
        )
        attended = self.out(attend(query, key, value, mask).transpose(1, 2).flatten(2))
        hidden = self.out_norm(hidden + shared_dropout(attended, drop))
        inner = self.down(functional.gelu(self.up(hidden)))
        return torch.as_tensor(self.down_norm(hidden + shared_dropout(inner, drop)))


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Attention of [B, heads, T, head size]; a GPU fuses it, on a CPU plain products are a third faster in training."""
    if query.is_cuda:
        wanted = None if mask is None else mask.to(query.dtype).expand(-1, -1, query.shape[2], -1)
        return functional.scaled_dot_product_attention(query, key, value, wanted)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    if mask is not None:
        scores = scores + mask.to(scores.dtype)
    return torch.softmax(scores, dim=-1, dtype=scores.dtype) @ value


def shared_dropout(values: Tensor, drop: float) -> Tensor:
    """Dropout whose mask a batch shares per feature: drawing one number a value is slow on a CPU."""
    if drop == 0.0:
        return values
    kept = torch.rand(values.shape[0], 1, values.shape[2], device=values.device) >= drop
    return values * (kept.to(values.dtype) / (1.0 - drop))


class Encoder(nn.Module):
    """Wordpieces and feature codes in, one vector a wordpiece out."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.positions, shape.width)
        self.kinds = nn.Parameter(torch.zeros(shape.width))
        self.features = nn.Embedding(N_FEATURE_CODES, shape.width)
        nn.init.zeros_(self.features.weight)
        self.norm = nn.LayerNorm(shape.width, eps=shape.norm_eps)
        self.distances = nn.Embedding(shape.buckets, shape.heads) if shape.buckets else None
        self.layers: Sequence[Layer] = nn.ModuleList(Layer(shape) for _ in range(shape.layers))  # type: ignore[assignment]

    def forward(self, ids: Tensor, codes: Tensor, mask: Tensor | None = None, drop: float = 0.0) -> Tensor:
        """``ids`` and ``codes`` are [B, T], ``mask`` [B, 1, 1, T] 0 or a large negative; returns [B, T, width]."""
        places = self.positions.weight[: ids.shape[1]]
        hidden = self.norm(self.words(ids) + places + self.kinds + self.features(codes))
        hidden = shared_dropout(hidden, drop)
        if self.distances is not None:
            mask = self.with_distances(mask, ids)
        for layer in self.layers:
            hidden = layer(hidden, mask, drop)
        return torch.as_tensor(hidden)

    def with_distances(self, mask: Tensor | None, ids: Tensor) -> Tensor:
        """[B or 1, heads, T, T]: the mask and the biases of the distances, in the type the layers compute in."""
        assert self.distances is not None
        buckets = distance_buckets(ids.shape[1], self.shape.buckets).to(ids.device)
        biases = self.distances(buckets).permute(2, 0, 1)[None]
        device = ids.device.type
        dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else biases.dtype
        return torch.as_tensor(biases if mask is None else mask + biases).to(dtype)


def distance_buckets(length: int, buckets: int) -> Tensor:
    """[length, length]: the bucket of key minus query, half of them for each direction (Raffel et al., 2020).

    Near distances have a bucket each, far ones share buckets whose width grows with the distance.
    """
    places = torch.arange(length)
    distance = places[None] - places[:, None]
    half, exact = buckets // 2, buckets // 4
    away = distance.abs()
    share = torch.log(away.clamp(min=1).float() / exact) / math.log(BUCKETS_MAX_DISTANCE / exact)
    far = (exact + (share * (half - exact)).long()).clamp(max=half - 1)
    return half * (distance > 0).long() + torch.where(away < exact, away, far)


def keep_layers(encoder: Encoder, numbers: Sequence[int]) -> None:
    """Leave all layers out but those of ``numbers``, in place."""
    encoder.layers = nn.ModuleList(encoder.layers[number] for number in numbers)  # type: ignore[assignment]
    encoder.shape = replace(encoder.shape, layers=len(numbers))


def has_bfloat16(device: torch.device) -> bool:
    """Whether products are fast in bfloat16; a processor of 256-bit vectors takes seconds a window in it."""
    return device.type != "cpu" or torch.backends.cpu.get_cpu_capability() not in ("DEFAULT", "AVX2")


def mixed_precision(device: torch.device) -> torch.autocast:
    """Products in bfloat16 where the machine has it."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=has_bfloat16(device))


def load_bert(encoder: Encoder, weights: dict[str, Tensor]) -> None:
    """Copy the weights of a published BERT (names of the transformers library) into ``encoder``, in place."""
    state = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        "positions.weight": weights["embeddings.position_embeddings.weight"],
        "kinds": weights["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    state |= layer_states(weights, encoder.shape.layers, BERT_ATTENTION)
    load_state(encoder, state, {"features.weight"})


def load_mpnet(encoder: Encoder, weights: dict[str, Tensor], rows: Tensor) -> None:
    """Copy a published MPNet's weights (Song et al., 2020) into ``encoder``, in place.

    ``rows`` [vocabulary]: which row of MPNet's table each wordpiece of ours has; the pieces are the same, in another
    order. Its positions begin after two that it keeps for padding.
    """
    state = {
        "words.weight": weights["embeddings.word_embeddings.weight"][rows],
        "positions.weight": weights["embeddings.position_embeddings.weight"][2:],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
        "distances.weight": weights["encoder.relative_attention_bias.weight"],
    }
    state |= layer_states(weights, encoder.shape.layers, MPNET_ATTENTION)
    load_state(encoder, state, {"features.weight", "kinds"})


def layer_states(weights: dict[str, Tensor], n_layers: int, names: AttentionNames) -> dict[str, Tensor]:
    """The layers' weights under our names, where ``weights`` calls the attention's parts by ``names``."""
    state: dict[str, Tensor] = {}
    for number in range(n_layers):
        source, target = f"encoder.layer.{number}", f"layers.{number}"
        for kind in ("weight", "bias"):
            state[f"{target}.qkv.{kind}"] = torch.cat([weights[f"{source}.{part}.{kind}"] for part in names.qkv])
            state[f"{target}.out.{kind}"] = weights[f"{source}.{names.out}.{kind}"]
            state[f"{target}.out_norm.{kind}"] = weights[f"{source}.{names.norm}.{kind}"]
            state[f"{target}.up.{kind}"] = weights[f"{source}.intermediate.dense.{kind}"]
            state[f"{target}.down.{kind}"] = weights[f"{source}.output.dense.{kind}"]
            state[f"{target}.down_norm.{kind}"] = weights[f"{source}.output.LayerNorm.{kind}"]
    return state


def load_state(encoder: Encoder, state: dict[str, Tensor], untrained: set[str]) -> None:
    """Load ``state``, in place; raises ValueError where more than ``untrained`` is missing or anything is left over."""
    missing, unexpected = encoder.load_state_dict(state, strict=False)
    if unexpected or set(missing) != untrained:
        raise ValueError(f"base weights of another shape: missing {missing}, unexpected {unexpected}")
