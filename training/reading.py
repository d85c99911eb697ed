"""A trained network's scores of whole texts, many windows at once: what teachers label texts with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from training.encoder import mixed_precision
from training.network import Network
from training.soft_labels import SoftTable
from transforms.annotate.scores import CLS, SEP
from transforms.annotate.windows import Window, plan_windows
from transforms.annotate.wordpieces import EncodedText, IntArray

# Wider than the model's windows, for a teacher may take its time.
WINDOW, CONTEXT = 320, 48
BATCH_PIECES = 65_536


def read_table(network: Network, encoded: Sequence[EncodedText], batch_pieces: int = BATCH_PIECES) -> SoftTable:
    """The network's scores of all wordpieces of all texts, in half precision on its device."""
    device = next(network.parameters()).device
    n_pieces = sum(len(text.ids) for text in encoded)
    ids, codes = (
        torch.from_numpy(np.concatenate([getattr(text, name) for text in encoded])).to(device)
        for name in ("ids", "features")
    )
    roles, entities = (
        torch.zeros(n_pieces, head.out_features, dtype=torch.half, device=device)
        for head in (network.roles, network.entities)
    )
    network.eval()
    for windows in window_groups(all_windows(encoded), batch_pieces):
        inputs, places, kept = gathered(ids, codes, windows)
        with torch.inference_mode(), mixed_precision(device):
            _, role_scores, entity_scores = network.read(*inputs)
        roles[places] = role_scores[kept].half()
        entities[places] = entity_scores[kept].half()
    return SoftTable(roles, entities)


def all_windows(encoded: Sequence[EncodedText]) -> IntArray:
    """The windows of all texts, [N, 4] as ``Window`` has them, counted from the first text's first wordpiece."""
    rows: list[Window] = []
    first = 0
    for text in encoded:
        windows = plan_windows(text.paragraphs, max_pieces=WINDOW, context=CONTEXT)
        rows += [Window(*(first + place for place in window)) for window in windows]
        first += len(text.ids)
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def window_groups(windows: IntArray, batch_pieces: int) -> Iterator[IntArray]:
    """Windows of one length together, so that nothing is padded, in groups of at most ``batch_pieces`` wordpieces."""
    lengths = windows[:, 1] - windows[:, 0]
    order = np.argsort(lengths, kind="stable")
    for same in np.split(order, 1 + np.flatnonzero(np.diff(lengths[order]))):
        if len(same):
            n_rows = max(1, batch_pieces // (int(lengths[same[0]]) + 2))
            yield from (windows[same[start : start + n_rows]] for start in range(0, len(same), n_rows))


def gathered(ids: Tensor, codes: Tensor, windows: IntArray) -> tuple[tuple[Tensor, Tensor], Tensor, Tensor]:
    """What the network reads of windows of one length, [B, T] each, the places [M] that are kept and their mask."""
    bounds = torch.from_numpy(windows).to(ids.device)
    places = bounds[:, :1] + torch.arange(int(windows[0, 1] - windows[0, 0]), device=ids.device)
    ends = places.new_ones(len(places), 1)
    words = torch.cat([ends * CLS, ids[places], ends * SEP], dim=1)
    features = torch.cat([ends * 0, codes[places], ends * 0], dim=1)
    inside = (places >= bounds[:, 2:3]) & (places < bounds[:, 3:4])
    edge = inside.new_zeros(len(places), 1)
    return (words, features), places[inside], torch.cat([edge, inside, edge], dim=1)
