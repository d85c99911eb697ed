"""The batches of every epoch, made ahead by several processes: texts varied anew, encoded, and cut into windows."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from tokenizers import Tokenizer

from training.augment import vary_style
from training.batches import Batch, epoch_batches
from training.examples import Example, make_example
from training.fit import Recipe
from training.gold import GoldText
from training.soft_labels import SoftLabels

# Enough for windows of like length to meet, few enough for processes to share an epoch.
TEXTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Corpus:
    """The training texts, and a teacher's labels of them where there is one."""

    texts: Sequence[GoldText]
    labels: Sequence[SoftLabels] | None
    tokenizer: Tokenizer
    recipe: Recipe

    def groups(self, epoch: int) -> list[list[int]]:
        """The numbers of an epoch's texts in chance groups; annotated texts are read ``gold_repeats`` times."""
        numbers = [
            number
            for number, text in enumerate(self.texts)
            for _ in range(1 if text.is_plain else self.recipe.gold_repeats)
        ]
        random.Random(f"{self.recipe.seed}-{epoch}-texts").shuffle(numbers)
        return [numbers[start : start + TEXTS_AT_ONCE] for start in range(0, len(numbers), TEXTS_AT_ONCE)]

    def example(self, number: int, chance: random.Random) -> Example:
        """One text in a style drawn anew, as targets."""
        text = vary_style(self.texts[number], chance) if self.recipe.vary_style else self.texts[number]
        labels = None if self.labels is None else self.labels[number]
        return make_example(text, self.tokenizer, labels, only_gaps=self.recipe.only_gaps)

    def group_batches(self, epoch: int, place: int, numbers: list[int]) -> list[Batch]:
        """The batches of one group of texts."""
        chance = random.Random(f"{self.recipe.seed}-{epoch}-{place}")
        examples = [self.example(number, chance) for number in numbers]
        return list(epoch_batches(examples, chance, self.recipe.batch_pieces))


# What a process makes batches of: handed over once, when it starts.
corpus_of_process: list[Corpus] = []


def make_group(task: tuple[int, int, list[int]]) -> list[Batch]:
    """One group's batches, in a process that has a corpus."""
    return corpus_of_process[0].group_batches(*task)


def all_epochs(corpus: Corpus, epochs: Sequence[int], n_processes: int = 0) -> Iterator[Iterator[Batch]]:
    """Each epoch's batches; the next epoch is begun while one is read. Without processes all are made in this one."""
    context = multiprocessing.get_context("fork").Pool if n_processes else None
    with context(n_processes, corpus_of_process.append, (corpus,)) if context else nullcontext() as pool:
        started = []
        for epoch in (*epochs, None):
            if epoch is not None:
                tasks = [(epoch, place, numbers) for place, numbers in enumerate(corpus.groups(epoch))]
                made = pool.imap(make_group, tasks) if pool else (corpus.group_batches(*task) for task in tasks)
                started.append(made)
            if len(started) > 1 or epoch is None:
                yield (batch for group in started.pop(0) for batch in group)


def count_steps(corpus: Corpus, epochs: int, sample: int = 200) -> int:
    """Optimiser steps of so many epochs, reckoned from the batches of the first few texts."""
    numbers = [number for group in corpus.groups(0) for number in group]
    few = corpus.group_batches(0, 0, numbers[:sample])
    return max(1, round(epochs * len(few) * len(numbers) / max(1, len(numbers[:sample]))))
