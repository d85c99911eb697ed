"""The summary of a run as a page: what changed, rows a table, and where the time went."""

from __future__ import annotations

from flows.operate.markup import code, plain
from flows.run.summary import RunSummary

MIN_WORDS_FOR_A_RATE = 10_000  # below that the workers' start is most of the time


def summary_markdown(summary: RunSummary) -> str:
    """The summary as a page: what changed, rows a table against the snapshot before, and where the time went."""
    return "\n".join([*_headline(summary), *_counts_table(summary), *_seconds_tables(summary)])


def _headline(summary: RunSummary) -> list[str]:
    annotating = summary.stages.get("annotate", 0.0)
    words = f"{summary.n_words:,} words read"
    if annotating and summary.n_words >= MIN_WORDS_FOR_A_RATE:
        words += f" at {summary.n_words / annotating:,.0f} words/s"
    told = [f"{summary.n_reused:,} articles had been annotated before."] if summary.n_reused else []
    told += [f"{plain(summary.passed_over)}."] if summary.passed_over else []
    return [
        f"# {plain(summary.message)}",
        "",
        f"Snapshot **{summary.snapshot:06d}** of {code(summary.out)}, made in {summary.elapsed_s:.1f} s: "
        f"{summary.n_files:,} files, {words}. {' '.join(told)}".rstrip(),
        "",
    ]


def _counts_table(summary: RunSummary) -> list[str]:
    lines = ["## The data set now", "", "| table | rows | before | change |", "|:--|--:|--:|--:|"]
    for table, rows in summary.counts.items():
        before = summary.counts_before.get(table, 0)
        change = f"{rows - before:+,}" if rows != before else "–"
        lines.append(f"| {table} | {rows:,} | {before:,} | {change} |")
    return [*lines, ""]


def _seconds_tables(summary: RunSummary) -> list[str]:
    lines = ["## Time", "", "| stage | seconds |", "|:--|--:|"]
    lines += [f"| {stage} | {seconds:.2f} |" for stage, seconds in summary.stages.items()]
    if summary.worker_seconds:
        lines += ["", "| step of annotating | seconds, all processes |", "|:--|--:|"]
        lines += [f"| {step} | {seconds:.2f} |" for step, seconds in summary.worker_seconds.items()]
    return lines
