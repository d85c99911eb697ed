"""``python -m training GOLD --out FOLDER``: from a folder of gold data to a finished model, in one go.

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

from training.base import base_folder, fresh_network, fresh_teacher, teacher_folder
from training.evaluate import dev_figures, torch_annotator
from training.examples import make_example
from training.finish import average_states, finish
from training.fit import Recipe, Trainer, count_steps, epoch_examples
from training.gold import GoldText, read_gold
from training.network import Network
from training.polish import polish_pairs
from training.restore import restore_network
from training.soft_labels import SoftLabels, kept_labels, mean_labels
from training.teacher import CONTEXT, TEACHER_RECIPE, WINDOW
from transforms.annotate.model import WEIGHTS_FOLDER, ModelAnnotator, load_annotator
from transforms.annotate.model_files import load_tokenizer
from transforms.annotate.wordpieces import encode

TRAIN_FILES = ("polnear/train.jsonl", "newswire/train.jsonl")
# Reading the dev files takes a sixth of an epoch's time.
MEASURED_EPOCHS = 2


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; every field of the recipe is an option."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, help="folder of gold data")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished model's files")
    parser.add_argument("--work", type=Path, help="folder for checkpoints (default: OUT/work)")
    parser.add_argument("--base", type=Path, help="folder with the base weights (default: the installed package)")
    parser.add_argument(
        "--distil", action=argparse.BooleanOptionalAction, default=True, help="learn from a teacher too"
    )
    parser.add_argument("--teacher_epochs", type=int, default=TEACHER_RECIPE.epochs)
    parser.add_argument(
        "--first",
        type=Path,
        default=WEIGHTS_FOLDER,
        help="finished model that tells the teacher of what nobody annotated (default: the installed one)",
    )
    parser.add_argument("--start", type=Path, help="finished model to go on from, instead of the base weights")
    parser.add_argument("--texts", type=int, help="train on the first so many texts of each file: a learning curve")
    parser.add_argument("--average", type=int, default=1, help="average the weights of the last so many epochs")
    for field in fields(Recipe):
        kind = field.type if isinstance(field.type, str) else field.type.__name__
        if kind == "bool":
            parser.add_argument(f"--{field.name}", action=argparse.BooleanOptionalAction, default=field.default)
        else:
            parser.add_argument(f"--{field.name}", type=int if kind == "int" else float, default=field.default)
    args = parser.parse_args(arguments)
    for folder in (args.gold, args.start, args.first if args.distil else None):
        if folder is not None and not folder.is_dir():
            parser.error(f"{folder} is no folder")
    return args


def read_training_texts(gold_folder: Path, limit: int | None) -> list[GoldText]:
    """The texts of all training files; raises FileNotFoundError where one is missing."""
    return [text for name in TRAIN_FILES for text in read_gold(gold_folder / name)[:limit]]


def train(
    network: Network,
    golds: list[GoldText],
    tokenizer: Tokenizer,
    recipe: Recipe,
    work: Path,
    gold_folder: Path,
    soft: list[SoftLabels] | None = None,
) -> None:
    """All epochs, a checkpoint after each and the dev figures after some."""
    trainer = Trainer(network, recipe, work, count_steps(golds, tokenizer, recipe))
    trainer.resume()
    while trainer.epoch < recipe.epochs:
        means = trainer.run_epoch(epoch_examples(golds, tokenizer, recipe, trainer.epoch, soft))
        trainer.save()
        torch.save(network.state_dict(), work / f"epoch{trainer.epoch}.pt")
        report = {"epoch": trainer.epoch, **means}
        if trainer.epoch % MEASURED_EPOCHS == 0 or trainer.epoch == recipe.epochs:
            figures = dev_figures(torch_annotator(network, tokenizer), gold_folder)
            report |= {name: values["f1"] for name, values in figures.items()}
        print(json.dumps(report), flush=True)


def labels_to_learn(golds: list[GoldText], tokenizer: Tokenizer, args: argparse.Namespace) -> list[SoftLabels]:
    """What a finished model and a teacher together think of every text; what each thinks is kept in the work folder."""
    finished = load_annotator(args.first)
    first = kept_labels(args.work / "first_labels.npz", golds, lambda: finished)
    teacher = kept_labels(
        args.work / "teacher_labels.npz", golds, lambda: trained_teacher(golds, first, tokenizer, args)
    )
    encoded = [encode(gold.text, tokenizer) for gold in golds]
    return mean_labels(first, teacher, encoded, finished.heads.role_chain)


def trained_teacher(
    golds: list[GoldText], gaps: list[SoftLabels], tokenizer: Tokenizer, args: argparse.Namespace
) -> ModelAnnotator:
    """A teacher that knows both layers in every kind of text: ``gaps`` fill in what nobody annotated."""
    recipe = replace(TEACHER_RECIPE, epochs=args.teacher_epochs, seed=args.seed)
    torch.manual_seed(recipe.seed)
    teacher = fresh_teacher(teacher_folder(args.work), tokenizer)
    train(teacher, golds, tokenizer, recipe, args.work / "teacher", args.gold, gaps)
    return torch_annotator(teacher, tokenizer, max_pieces=WINDOW, context=CONTEXT)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train a teacher and its pupil, average, polish the pairing, quantise, calibrate, check, measure."""
    args = parse_arguments(arguments)
    args.work = args.work or args.out / "work"
    recipe = Recipe(**{field.name: getattr(args, field.name) for field in fields(Recipe)})
    base = args.base or base_folder()
    tokenizer = load_tokenizer(base)
    golds = read_training_texts(args.gold, args.texts)
    soft = labels_to_learn(golds, tokenizer, args) if args.distil else None
    torch.manual_seed(recipe.seed)
    network = fresh_network(base)
    if args.start:
        restore_network(network, args.start)
    train(network, golds, tokenizer, recipe, args.work, args.gold, soft)
    last = range(recipe.epochs - args.average + 1, recipe.epochs + 1)
    states = [torch.load(args.work / f"epoch{number}.pt", map_location="cpu", weights_only=True) for number in last]
    network.load_state_dict(average_states(states))
    polish_pairs(network, [make_example(gold, tokenizer) for gold in golds], seed=recipe.seed)
    report = finish(network, base, args.gold, args.out, [gold.text for gold in golds[:: max(1, len(golds) // 40)]])
    report["dev"] = dev_figures(load_annotator(args.out), args.gold)
    (args.out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf8")
    print(json.dumps(report["dev"]))


if __name__ == "__main__":
    main()
