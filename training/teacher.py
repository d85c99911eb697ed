"""Teachers: the same network on MPNet base, several of them by different seeds, and what all of them make of a text.

Each learns from the gold alone, and takes as soft labels what a finished model finds in the layer that nobody
annotated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.base import fresh_network, fresh_teacher, teacher_folder
from training.crf import Crf
from training.finish import average_states
from training.fit import Recipe, Trainer
from training.gold import GoldText
from training.network import Network
from training.reading import read_table
from training.restore import restore_network
from training.soft_labels import SoftLabels, SoftTable, load_table, mean_table, save_table, text_labels
from training.supply import Corpus, all_epochs, count_steps
from transforms.annotate.sequence import ROLE_LABELS, Chain
from transforms.annotate.wordpieces import EncodedText

TEACHER_RECIPE = Recipe(epochs=7, batch_pieces=8192, encoder_rate=8e-5, only_gaps=True)
# The finished model's say beside one teacher's: since the third generation it reads as well as one.
FIRST_WEIGHT = 1.0


def labels_to_learn(
    golds: Sequence[GoldText],
    encoded: Sequence[EncodedText],
    tokenizer: Tokenizer,
    folders: tuple[Path, Path, Path],
    seeds: Sequence[int],
    n_processes: int,
) -> tuple[list[SoftLabels], SoftTable, Crf]:
    """What a finished model and one teacher a seed together think of all texts, ``golds`` first, and their mean chain.

    ``folders``: the base weights, the finished model's, and the work folder, where what each thinks is kept.
    """
    base, finished, work = folders
    first = kept_table(work / "first.pt", lambda: read_table(finished_network(base, finished), encoded))
    tables, chains = [first], []
    for seed in seeds:
        kept = work / f"teacher{seed}.pt"
        if not kept.exists():
            n_gold = sum(len(text.ids) for text in encoded[: len(golds)])
            gaps = SoftTable(first.roles[:n_gold], first.entities[:n_gold])
            teacher = trained_teacher(golds, encoded, gaps, tokenizer, work, seed, n_processes)
            torch.save(teacher.crf.state_dict(), work / f"teacher{seed}-chain.pt")
            save_table(read_table(teacher, encoded), kept)
        tables.append(load_table(kept))
        chains.append(torch.load(work / f"teacher{seed}-chain.pt", map_location="cpu", weights_only=True))
    table = mean_table(tables, [FIRST_WEIGHT, *[1.0] * len(seeds)])
    crf = Crf(ROLE_LABELS)
    crf.load_state_dict(average_states(chains))
    return text_labels(encoded, table, chain_of_crf(crf)), table, crf


def kept_table(path: Path, make: Callable[[], SoftTable]) -> SoftTable:
    """The table of scores that ``path`` holds; made first where it is not there yet."""
    if not path.exists():
        save_table(make(), path)
    return load_table(path)


def finished_network(base: Path, folder: Path) -> Network:
    """A finished model's files as a network, on the GPU where there is one."""
    network = fresh_network(base)
    restore_network(network, folder)
    return network.to("cuda" if torch.cuda.is_available() else "cpu")


def chain_of_crf(crf: Crf) -> Chain:
    """The chain as decoding takes it."""
    return Chain(*(values.detach().float().cpu().numpy() for values in crf.scores()))


def trained_teacher(
    golds: Sequence[GoldText],
    encoded: Sequence[EncodedText],
    gaps: SoftTable,
    tokenizer: Tokenizer,
    work: Path,
    seed: int,
    n_processes: int,
) -> Network:
    """A teacher that knows both layers in every kind of text: ``gaps`` fill in what nobody annotated."""
    recipe = replace(TEACHER_RECIPE, seed=seed)
    labels, row = [], 0
    for text in encoded[: len(golds)]:
        labels.append(SoftLabels(text.starts, row, None))
        row += len(text.ids)
    corpus = Corpus(golds, labels, tokenizer, recipe)
    torch.manual_seed(seed)
    network = fresh_teacher(teacher_folder(work), tokenizer)
    folder = work / f"teacher{seed}"
    trainer = Trainer(network, recipe, folder, count_steps(corpus, recipe.epochs), gaps)
    trainer.resume()
    for batches in all_epochs(corpus, range(trainer.epoch, recipe.epochs), n_processes):
        print(f"teacher {seed}: {trainer.run_epoch(batches)}", flush=True)
        trainer.save()
    return network
