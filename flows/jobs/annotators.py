"""Which annotator a run uses; loaded once a process."""

from __future__ import annotations

import importlib
import sys
from functools import lru_cache
from pathlib import Path

from flows.errors import UserError
from transforms.annotate.protocol import Annotator

KNOWN = {
    "model": "transforms.annotate.model:load_annotator",
    "fast": "transforms.annotate.model:load_fast_annotator",
    "spacy": "transforms.annotate.spacy_rules:SpacyRulesAnnotator",
}


class AnnotatorError(UserError):
    """An annotator that does not exist or cannot be loaded; the message says what to do."""


@lru_cache(maxsize=4)
def load_annotator(name: str) -> Annotator:
    """The annotator called ``name``: "model", "fast", "spacy", or "module:function" for one of the user's own.

    The user's own is looked for in the current folder too, which an installed command does not see by itself.
    """
    module_name, _, function = KNOWN.get(name, name).partition(":")
    if not function:
        raise AnnotatorError(f"no annotator is called {name!r}; use model, fast, spacy or module:function")
    if name not in KNOWN and str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        factory = getattr(importlib.import_module(module_name), function)
        annotator: Annotator = factory()
        _ = annotator.name, annotator.version, annotator.languages, annotator.annotate
    except (ImportError, AttributeError) as error:
        hint = " (pip install 'newsmill[spacy]')" if name == "spacy" else ""
        raise AnnotatorError(f"the annotator {name!r} cannot be loaded: {error}{hint}") from error
    return annotator
