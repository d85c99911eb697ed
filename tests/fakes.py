"""A small annotator for tests of everything but annotation: quick, deterministic, and able to misbehave on demand."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pycountry

from transforms.records import Annotation, Attribution, Mention, Span

_SENTENCE = re.compile(r"\S(?:[^\n]*?[.!?]['\"”’)]*(?=\s|$)|[^\n]*)")
_NAME = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")
_SAID = re.compile(r"“([^”\n]+)” (said|wrote|thought) ([A-Z][a-z]+ [A-Z][a-z]+)")


class FakeAnnotator:
    """Sentences end at full stops, names are two capitalised words, and quotations read “…” said First Last.

    Instead of "said" there may be "wrote" or "thought".

    A text that holds KILL-THE-WORKER, HANG-THE-WORKER or RAISE-AN-ERROR does just that, KILL-ITS-PARENT takes whoever
    started the process along; KILL-ONCE, HANG-ONCE and KILL-PARENT-ONCE do it until the file named by
    FAKE_ANNOTATOR_ONCE is there. The first line of every text annotated is added to the file that FAKE_ANNOTATOR_LOG
    names.
    """

    name = "fake"
    languages = frozenset(language.alpha_2 for language in pycountry.languages if hasattr(language, "alpha_2"))

    def __init__(self, version: str = "1") -> None:
        self.version = version

    def annotate(self, texts: Sequence[str]) -> list[Annotation]:
        return [self._annotate(text) for text in texts]

    def _annotate(self, text: str) -> Annotation:
        _log(text)
        if "KILL-ONCE" in text and _is_first_time():
            os.kill(os.getpid(), signal.SIGKILL)
        if "HANG-ONCE" in text and _is_first_time():
            time.sleep(3600)
        if "KILL-PARENT-ONCE" in text and _is_first_time():
            _kill_with_parent()
        if "KILL-ITS-PARENT" in text:
            _kill_with_parent()
        if "KILL-THE-WORKER" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "HANG-THE-WORKER" in text:
            time.sleep(3600)
        if "RAISE-AN-ERROR" in text:
            raise RuntimeError("the fake annotator was asked to fail")
        slow = re.search(r"SLEEP-(\d+)-MS", text)
        if slow:
            time.sleep(int(slow[1]) / 1000)
        return Annotation(
            sentences=tuple(Span(*m.span()) for m in _SENTENCE.finditer(text)),
            mentions=tuple(Mention(Span(*m.span()), "person", "name", 0.9) for m in _NAME.finditer(text)),
            attributions=tuple(
                Attribution((Span(m.start(1), m.end(1)),), Span(*m.span(2)), Span(*m.span(3)), 0.8)
                for m in _SAID.finditer(text)
            ),
        )


def _is_first_time() -> bool:
    once = Path(os.environ["FAKE_ANNOTATOR_ONCE"])
    is_first = not once.exists()
    once.touch()
    return is_first


def _kill_with_parent() -> None:
    if multiprocessing.parent_process() is not None:
        os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


def _log(text: str) -> None:
    name = os.environ.get("FAKE_ANNOTATOR_LOG")
    if name:
        with Path(name).open("a", encoding="utf-8") as log:  # one short write: processes do not mix their lines
            log.write(text.partition("\n")[0][:80] + "\n")


def load_annotator() -> FakeAnnotator:
    """Version 1, or the one in FAKE_ANNOTATOR_VERSION: what `annotator = "tests.fakes:load_annotator"` names."""
    return FakeAnnotator(os.environ.get("FAKE_ANNOTATOR_VERSION", "1"))


def load_reading_killer() -> FakeAnnotator:
    """The fake annotator, in a worker process that dies as soon as it opens a file whose name holds "deadly"."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and "deadly" in str(arguments[0]) and multiprocessing.parent_process() is not None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return FakeAnnotator()


def load_only_in_the_main_process() -> FakeAnnotator:
    """An annotator that a worker process cannot load."""
    if multiprocessing.parent_process() is not None:
        raise RuntimeError("no model here")
    return FakeAnnotator()
