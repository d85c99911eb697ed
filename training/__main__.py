"""``python -m training GOLD --plain FILE --out FOLDER``: from gold data and plain texts to a finished model, in one go.

Goes on where an earlier run in the same work folder stopped. See training/README.md for the folder's format.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.base import base_folder, fresh_network
from training.batches import Batch
from training.encoder import keep_layers
from training.evaluate import dev_figures, torch_annotator
from training.finish import average_states, finish
from training.fit import Recipe, Trainer
from training.gold import GoldText, read_gold
from training.network import Network
from training.prune import narrow, part_worths
from training.restore import restore_network
from training.soft_labels import SoftTable
from training.supply import Corpus, all_epochs, count_steps
from training.teacher import labels_to_learn
from transforms.annotate.model import WEIGHTS_FOLDER, load_annotator
from transforms.annotate.model_files import load_tokenizer
from transforms.annotate.wordpieces import encode

# How many texts tell what a network's parts are worth.
WORTH_TEXTS = 260
TRAIN_FILES = ("polnear/train.jsonl", "newswire/train.jsonl")


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; every field of the recipe is an option."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, help="folder of gold data")
    parser.add_argument("--plain", type=Path, help="JSON lines of plain texts that the teachers label (.gz or not)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished model's files")
    parser.add_argument("--name", default="newsmill-minilm", help="what the finished model is called")
    parser.add_argument("--work", type=Path, help="folder for checkpoints (default: OUT/work)")
    parser.add_argument("--base", type=Path, help="folder with the base weights (default: the installed package)")
    parser.add_argument("--teachers", type=int, default=4, help="how many teachers, by the seeds from 1 on; 0: none")
    parser.add_argument(
        "--first",
        type=Path,
        default=WEIGHTS_FOLDER,
        help="finished model that tells the teachers of what nobody annotated (default: the installed one)",
    )
    parser.add_argument("--start", type=Path, help="finished model to go on from, instead of the base weights")
    parser.add_argument(
        "--mean-with", type=Path, help="finished model of the same shape, averaged with the trained one"
    )
    parser.add_argument("--layers", type=int, nargs="+", help="the layers that are kept, counted from 0 (default: all)")
    parser.add_argument("--heads", type=int, help="how many heads each layer keeps; wants --start and --inner")
    parser.add_argument("--inner", type=int, help="how many inner neurons each layer keeps")
    parser.add_argument("--texts", type=int, help="train on the first so many texts of each file: a learning curve")
    parser.add_argument("--processes", type=int, default=0, help="how many processes make batches (default: this one)")
    for field in fields(Recipe):
        kind = field.type if isinstance(field.type, str) else field.type.__name__
        if kind == "bool":
            parser.add_argument(f"--{field.name}", action=argparse.BooleanOptionalAction, default=field.default)
        else:
            parser.add_argument(f"--{field.name}", type=int if kind == "int" else float, default=field.default)
    args = parser.parse_args(arguments)
    for path in (args.gold, args.start, args.plain, args.mean_with, args.first if args.teachers else None):
        if path is not None and not path.exists():
            parser.error(f"{path} is not there")
    if (args.heads is None) != (args.inner is None) or (args.heads and not args.start):
        parser.error("--heads and --inner go together, and only a finished model (--start) can be narrowed")
    return args


def read_training_texts(gold_folder: Path, limit: int | None) -> list[GoldText]:
    """The texts of all training files; raises FileNotFoundError where one is missing."""
    return [text for name in TRAIN_FILES for text in read_gold(gold_folder / name)[:limit]]


def train(network: Network, corpus: Corpus, work: Path, taught: SoftTable | None, args: argparse.Namespace) -> None:
    """All epochs, a checkpoint after each, and the dev figures after the last."""
    recipe = corpus.recipe
    trainer = Trainer(network, recipe, work, count_steps(corpus, recipe.epochs), taught)
    trainer.resume()
    for batches in all_epochs(corpus, range(trainer.epoch, recipe.epochs), args.processes):
        print(json.dumps({"epoch": trainer.epoch, **trainer.run_epoch(batches)}), flush=True)
        trainer.save()
    figures = dev_figures(torch_annotator(network, corpus.tokenizer), args.gold)
    print(json.dumps({name: values["f1"] for name, values in figures.items()}), flush=True)


def start_network(base: Path, start: Path | None, layers: Sequence[int] | None) -> Network:
    """The network that training begins with."""
    network = fresh_network(base)
    if start:
        restore_network(network, start)
    if layers:
        keep_layers(network.encoder, layers)
    return network


def sample_batches(golds: Sequence[GoldText], tokenizer: Tokenizer) -> list[Batch]:
    """Gold of both kinds, by which parts of a network are told from others."""
    few = golds[:: max(1, len(golds) // WORTH_TEXTS)]
    return Corpus(few, None, tokenizer, Recipe()).group_batches(0, 0, list(range(len(few))))


def learn(golds: list[GoldText], tokenizer: Tokenizer, base: Path, args: argparse.Namespace) -> Network:
    """The trained network: from gold alone, or from gold and what teachers make of gold and plain texts."""
    recipe = Recipe(**{field.name: getattr(args, field.name) for field in fields(Recipe)})
    plain = [replace(text, attributions=None, entities=None) for text in read_gold(args.plain)] if args.plain else []
    texts = [*golds, *plain]
    torch.manual_seed(recipe.seed)
    network = start_network(base, args.start, args.layers)
    if args.heads:
        narrow(network.encoder, part_worths(network, sample_batches(golds, tokenizer)), args.heads, args.inner)
    labels, taught = None, None
    if args.teachers:
        encoded = [encode(text.text, tokenizer) for text in texts]
        folders, seeds = (base, args.first, args.work), range(1, args.teachers + 1)
        labels, taught, crf = labels_to_learn(golds, encoded, tokenizer, folders, seeds, args.processes)
        network.crf.load_state_dict(crf.state_dict())
    train(network, Corpus(texts, labels, tokenizer, recipe), args.work, taught, args)
    return mean_network(network.cpu(), base, args.mean_with) if args.mean_with else network.cpu()


def mean_network(network: Network, base: Path, folder: Path) -> Network:
    """The network with the mean of its weights and of a finished model's (Wortsman et al., 2022)."""
    other = fresh_network(base)
    restore_network(other, folder)
    network.load_state_dict(average_states([network.state_dict(), other.state_dict()]))
    return network


def main(arguments: Sequence[str] | None = None) -> None:
    """Train teachers and their pupil, quantise, calibrate, check, measure."""
    args = parse_arguments(arguments)
    args.work = args.work or args.out / "work"
    base = args.base or base_folder()
    tokenizer = load_tokenizer(base)
    golds = read_training_texts(args.gold, args.texts)
    network = learn(golds, tokenizer, base, args)
    sample = [gold.text for gold in golds[:: max(1, len(golds) // 40)]]
    report = finish(network, args.name, base, args.gold, args.out, sample)
    report["dev"] = dev_figures(load_annotator(args.out), args.gold)
    (args.out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf8")
    print(json.dumps(report["dev"]))


if __name__ == "__main__":
    main()
