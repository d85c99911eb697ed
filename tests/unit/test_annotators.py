from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from flows.jobs.annotators import KNOWN, AnnotatorError, load_annotator


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(AnnotatorError, match="use model, fast, spacy or module:function"):
        load_annotator("nonsense")


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(AnnotatorError, match="no_such_module"):
        load_annotator("no_such_module:make")


def test_an_annotator_of_the_current_folder_is_found_by_the_installed_command(tmp_path):
    (tmp_path / "mine.py").write_text(
        "class Mine:\n    name, version, languages = 'mine', '1', frozenset({'en'})\n"
        "    def annotate(self, texts):\n        return []\n"
    )
    code = "from flows.jobs.annotators import load_annotator; print(load_annotator('mine:Mine').name)"
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "mine", done.stderr


def test_an_annotator_that_does_not_say_what_it_reads_is_refused(tmp_path, monkeypatch):
    (tmp_path / "silent.py").write_text(
        "class Silent:\n    name, version = 'silent', '1'\n    def annotate(self, texts):\n        return []\n"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AnnotatorError, match="languages"):
        load_annotator("silent:Silent")


def test_every_annotator_that_comes_along_has_its_factory():
    for target in KNOWN.values():
        module, _, factory = target.partition(":")
        assert f"def {factory}(" in source(module) or f"class {factory}:" in source(module)


def source(module: str) -> str:
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).read_text("utf-8")
