"""``python -m benchmarks.quality GOLD``: every figure of docs/quality.md, measured through ``newsmill run``.

GOLD is a folder of gold data (see training/README.md). Rewrites what stands between the markers of docs/quality.md
and leaves the rest alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import score
from benchmarks.annotation_speed import LOADERS
from benchmarks.reliability import Reliability, judge_mentions, judge_quotes, reliability_of
from benchmarks.tables import write_tables
from flows.jobs.annotators import load_annotator

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "quality.md"
START, END = "<!-- figures: written by python -m benchmarks.quality -->", "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Measure:
    """One scorer on one gold file, and who judges the confidences on it."""

    file: str
    score: Any
    judge: Callable[[dict[str, Any], Path], list[tuple[float, bool]]] | None = None


MEASURES = (
    Measure("polnear/dev.jsonl", score.score_quotes, judge_quotes),
    Measure("polnear/dev_speakers.jsonl", score.score_speakers),
    Measure("newswire/dev.jsonl", score.score_entities, judge_mentions),
    Measure("gum_news/dev.jsonl", score.score_sentences),
)


def build_dataset(gold_file: Path, folder: Path, annotator: str, *, through_flow: bool) -> Path:
    """The tables of one gold file's texts: by a run of the flow, or straight from the annotator."""
    gold = score.read_gold(gold_file)
    if through_flow:
        score.export(gold, folder / "seeds")
        options = ["--out", str(folder / "data"), "--annotator", annotator]
        command = [sys.executable, "-m", "flows.cli.main", "run", str(folder / "seeds"), *options]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        return folder / "data" / "latest"
    texts = {key: record["text"] for key, record in gold.items()}
    annotations = dict(zip(texts, load_annotator(annotator).annotate(list(texts.values())), strict=True))
    write_tables(texts, annotations, folder / "data")
    return folder / "data"


def measure_all(
    gold_folder: Path, work: Path, annotator: str, *, through_flow: bool
) -> tuple[dict[str, Any], dict[str, Reliability]]:
    """All figures of an annotator by name, and the reliability of its confidences by gold file."""
    figures: dict[str, Any] = {}
    reliability: dict[str, Reliability] = {}
    for number, measure in enumerate(MEASURES):
        gold_file = gold_folder / measure.file
        if not gold_file.exists() or (measure.score is score.score_speakers and not through_flow):
            print(f"left out: {measure.file}", file=sys.stderr)
            continue
        gold = score.read_gold(gold_file)
        dataset = build_dataset(gold_file, work / str(number), annotator, through_flow=through_flow)
        figures |= measure.score(gold, dataset)
        if measure.judge is not None:
            # The tables multiply in how sure the speaker is; here the annotator's own confidence is judged.
            own = build_dataset(gold_file, work / f"{number}-own", annotator, through_flow=False)
            reliability[measure.file] = reliability_of(measure.judge(gold, own))
    return figures, reliability


def measure_speed(gold_file: Path, spacy_python: str) -> dict[str, int]:
    """Words a second on one core by annotator; one that is not installed is left out."""
    script = Path(__file__).with_name("annotation_speed.py")
    speeds = {}
    for name in sorted(LOADERS):
        python = spacy_python if name == "spacy" else sys.executable
        command = [python, str(script), name, str(gold_file)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
        if done.returncode == 0:
            speeds[name] = int(json.loads(done.stdout.splitlines()[-1])["words_per_second"])
        else:
            print(f"left out: speed of {name}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return speeds


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def figure_rows(figures: dict[str, Any], fast: dict[str, Any]) -> Iterable[Sequence[object]]:
    """Precision, recall and f1 of each figure, and the fast annotator's f1; a figure of another shape as it is."""
    for name, values in figures.items():
        if "f1" in values:
            yield (name, *(f"{values[key]:.3f}" for key in ("p", "r", "f1")), values["gold"], f"{fast[name]['f1']:.3f}")
        else:
            yield (name, "", "", f"{values['right']} right", values["of"], f"{fast[name]['right']} right")


def figures_page(
    figures: dict[str, dict[str, Any]],
    reliability: dict[str, Reliability],
    speeds: dict[str, int],
    *,
    through_flow: bool,
) -> str:
    """The generated part of the page."""
    model, fast = load_annotator("model"), load_annotator("fast")
    way = "`newsmill run`" if through_flow else "the annotator alone"
    parts = [f"Measured through {way} with {model.name} {model.version} and {fast.name} {fast.version}.\n"]
    header = ["figure", "precision", "recall", "f1", "gold", "fast: f1"]
    parts.append(markdown_table(header, figure_rows(figures["model"], figures["fast"])))
    for name, found in reliability.items():
        parts.append(f"The annotator's confidence on {name}: expected calibration error {found.error:.3f}.\n")
        bins = [(n, f"{confidence:.2f}", f"{right:.2f}") for n, confidence, right in found.bins]
        parts.append(markdown_table(["rows", "mean confidence", "share right"], bins))
    if speeds:
        base = speeds.get("spacy")
        rows = [(name, f"{speed:,}", f"{speed / base:.2f}x" if base else "") for name, speed in speeds.items()]
        parts.append(markdown_table(["annotator, one core", "words/s", "against spaCy small"], rows))
    return "\n".join(parts)


def rewrite_page(page: Path, generated: str) -> None:
    """Put the generated part between the markers; raises ValueError where the page has none."""
    text = page.read_text(encoding="utf8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{page} has no place for the figures: {START} ... {END}")
    page.write_text(f"{before}{START}\n\n{generated}\n{END}{after}", encoding="utf8")


def main() -> None:
    """Measure everything and rewrite the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--annotator-only", action="store_true", help="leave the flow out: no speakers' names")
    parser.add_argument("--spacy-python", default=sys.executable, help="an interpreter that has spaCy small")
    args = parser.parse_args()
    through_flow = not args.annotator_only
    with tempfile.TemporaryDirectory() as work:
        figures, reliability = {}, {}
        for name in ("fast", "model"):
            folder = Path(work) / name
            figures[name], reliability = measure_all(args.gold.resolve(), folder, name, through_flow=through_flow)
    speeds = measure_speed(args.gold.resolve() / MEASURES[0].file, args.spacy_python)
    rewrite_page(PAGE, figures_page(figures, reliability, speeds, through_flow=through_flow))
    print(json.dumps({"figures": figures, "words_per_second": speeds}))


if __name__ == "__main__":
    main()
