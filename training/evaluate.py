"""How good a network is on dev texts, through the same decoding and the same scorer as the finished annotator."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from benchmarks import score
from benchmarks.tables import write_tables
from training.encoder import has_bfloat16, mixed_precision
from training.network import Network, PairScorer
from transforms.annotate.calibration import Calibration
from transforms.annotate.model import ModelAnnotator
from transforms.annotate.model_files import heads_from_arrays
from transforms.annotate.protocol import Annotator
from transforms.annotate.scores import Reader
from transforms.annotate.wordpieces import FloatArray, IntArray


def torch_reader(network: Network) -> Reader:
    """The network as it is now, as a function of one window, in the precision that it was trained in."""
    device = next(network.parameters()).device
    network = copy.deepcopy(network).eval()
    for module in network.modules():
        if isinstance(module, nn.Linear) and has_bfloat16(device):
            module.to(torch.bfloat16)  # once: to convert all weights anew takes longer than to read a window

    def read(ids: IntArray, codes: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        with torch.inference_mode(), mixed_precision(device):
            inputs = (torch.from_numpy(array[None]).to(device) for array in (ids, codes))
            outputs = network.read(*inputs)
        hidden, roles, entities = (output[0].float().cpu().numpy() for output in outputs)
        return hidden, roles, entities

    return read


def head_arrays(network: Network) -> dict[str, FloatArray]:
    """What the runtime needs of the network besides the encoder, as ``heads_from_arrays`` takes it."""
    transitions, starts, ends = network.crf.scores()
    tensors = {"role_transitions": transitions, "role_starts": starts, "role_ends": ends}
    for name, scorer in (("content", network.content_pairs), ("source", network.source_pairs)):
        tensors |= {f"{name}_{field}": value for field, value in scorer_tensors(scorer).items()}
    return {name: value.detach().float().cpu().numpy().astype(np.float32) for name, value in tensors.items()}


def scorer_tensors(scorer: PairScorer) -> dict[str, torch.Tensor]:
    """The weights of one kind of pair under the runtime's names and orientation."""
    return {
        "cue": scorer.cue.weight.T,
        "cue_bias": scorer.cue.bias,
        "other": scorer.other.weight.T,
        "other_bias": scorer.other.bias,
        "biases": scorer.biases.weight[:, 0],
    }


def torch_annotator(network: Network, tokenizer: Tokenizer, **options: int) -> ModelAnnotator:
    """The network in the finished annotator's place."""
    heads = heads_from_arrays(head_arrays(network), Calibration())
    return ModelAnnotator(tokenizer, torch_reader(network), heads, name="torch", weights_version="0", **options)


def dev_figures(annotator: Annotator, gold_folder: Path) -> dict[str, dict[str, Any]]:
    """Every figure of the scorer on the dev files that the folder has."""
    figures: dict[str, dict[str, Any]] = {}
    for name, scorer in (
        ("polnear/dev.jsonl", score.score_quotes),
        ("newswire/dev.jsonl", score.score_entities),
        ("gum_news/dev.jsonl", score.score_sentences),
    ):
        if (gold_folder / name).exists():
            figures |= file_figures(annotator, gold_folder / name, scorer)
    return figures


def file_figures(annotator: Annotator, path: Path, scorer: Any) -> dict[str, dict[str, Any]]:
    """One scorer's figures on one gold file."""
    gold = score.read_gold(path)
    texts = {key: record["text"] for key, record in gold.items()}
    annotations = dict(zip(texts, annotator.annotate(list(texts.values())), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        write_tables(texts, annotations, Path(folder))
        figures: dict[str, dict[str, Any]] = scorer(gold, folder)
    return figures
