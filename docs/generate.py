"""Makes the parts of the documentation that the code already says, and checks that they are fresh.

``python docs/generate.py`` exits 1 and names what is stale; ``--write`` (or ``make docs``) writes it anew.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import click  # noqa: E402

from flows.cli.commands import cli  # noqa: E402
from flows.settings import Settings  # noqa: E402
from transforms.resolve.rules import LINK_RULES, NAME_RULES, SPEAKER_RULES, Rule  # noqa: E402
from transforms.tables import TABLES, Column, Table  # noqa: E402

HEADER = "<!-- Made by `make docs` from {source}; do not edit. -->\n"


def main() -> int:
    """Write or check every generated page and block; the exit code."""
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text("utf-8") != text]
    if "--write" in sys.argv:
        for path in stale:
            path.write_text(pages()[path], "utf-8")
        print(f"{len(stale)} files written")
        return 0
    for path in stale:
        print(f"{path.relative_to(ROOT)} is stale: run `make docs`")
    return 1 if stale else 0


def pages() -> dict[Path, str]:
    """Each generated file with what it should say."""
    readme, resolution = ROOT / "README.md", ROOT / "docs" / "resolution.md"
    return {
        ROOT / "docs" / "data-dictionary.md": data_dictionary(),
        ROOT / "docs" / "command-line.md": command_line(),
        readme: with_block(readme.read_text("utf-8"), "tables", table_overview()),
        resolution: with_block(resolution.read_text("utf-8"), "rules", rule_tables()),
    }


def data_dictionary() -> str:
    """Every table and column with type, nullability, vocabulary, key and example."""
    parts = [HEADER.format(source="transforms/tables.py"), "# Data dictionary\n", _DICTIONARY_INTRO]
    return "\n".join([*parts, *(_table_section(table) for table in TABLES)])


def command_line() -> str:
    """The help of every command, and the settings a run takes."""
    parts = [HEADER.format(source="flows/cli/commands.py and flows/settings.py"), "# The command line\n", _CLI_INTRO]
    parts += ["| setting | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        parts.append(f"| `{name}` | {default} | {field.description} |")
    for name, command in sorted(cli.commands.items()):
        with click.Context(command, info_name=f"newsmill {name}", max_content_width=100, terminal_width=100) as context:
            parts += [f"\n## newsmill {name}\n", "```text", command.get_help(context), "```"]
    return "\n".join(parts) + "\n"


def table_overview() -> str:
    """One line a table, for the README."""
    lines = ["| table | one row is | key |", "|---|---|---|"]
    lines += [f"| `{t.name}` | {t.grain} | {f'`{t.key}`' if t.key else '–'} |" for t in TABLES]
    return "\n".join(lines)


def rule_tables() -> str:
    """The block between the markers ``rules`` of docs/resolution.md."""
    parts = ["### Names of one entity in an article", _rule_table(NAME_RULES, "one entity")]
    parts += ["### Speakers", _rule_table(SPEAKER_RULES, "answer", with_chance=True)]
    parts += ["### Entities of one data set", _rule_table(LINK_RULES, "result")]
    return "\n\n".join(parts)


def with_block(page: str, name: str, block: str) -> str:
    """The page with what stands between the markers of ``name`` replaced; ValueError where it has none."""
    pattern = re.compile(rf"(<!-- {name}:begin -->\n).*?(<!-- {name}:end -->)", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"the page has no block {name}")
    return pattern.sub(lambda m: f"{m[1]}{block}\n{m[2]}", page)


def _table_section(table: Table) -> str:
    key = f"Key: `{table.key}`." if table.key else "No key."
    lines = [f"## {table.name}\n", f"{table.grain[0].upper()}{table.grain[1:]}. {key}\n"]
    lines += ["| column | type | null | what it is | example |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(_column_line(column) for column in table.columns)]) + "\n"


def _column_line(column: Column) -> str:
    what = column.description
    if column.references:
        what += f" → `{column.references}`"
    if column.vocabulary:
        what += " One of: " + ", ".join(f"`{value}`" for value in column.vocabulary) + "."
    kind = str(column.type).replace("struct<char_start: int32 not null, char_end: int32 not null>", "span")
    kind = re.sub(r"list<item: (.*?)(?: not null)?>", r"list of \1", kind)
    example = f"`{column.example}`" if column.example else ""
    return f"| `{column.name}` | {kind} | {'yes' if column.nullable else ''} | {what} | {example} |"


def _rule_table(rules: tuple[Rule, ...], answer: str, *, with_chance: bool = False) -> str:
    """Rules as Markdown rows, the source of a quotation in bold and names in italics."""
    heads = ["rule", "what it says", "example", answer, *(["chance"] if with_chance else [])]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for rule in rules:
        cells = [f"`{rule.name}`", rule.says, _shown_example(rule.example), rule.answer]
        cells += [f"{rule.chance:.2f}"] if with_chance else []
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _shown_example(example: str) -> str:
    """An example as Markdown for one cell."""
    named = re.sub(r"\{(?:\w+\|)?([^}]*)\}", r"_\1_", example)
    return re.sub(r"<([^>]*)>", r"**\1**", named).replace("\n\n", " ¶ ")


_DICTIONARY_INTRO = """\
Every table lies in a folder of its own under `data/latest/`, as Parquet. The descriptions below are also in the
metadata of every Parquet column. All offsets are half-open ranges of Unicode code points into `articles.text`:
`text[char_start:char_end]` is always the stored string. An arrow names the table a value is a key of.
"""

_CLI_INTRO = """\
Exit codes: 0 the run ended well (what could not be used is in `quarantine`), 1 it failed (`--strict` with anything
quarantined, or more than `max_quarantine_share`), 2 a mistake in the command or its surroundings, in one line.

The same settings are the options of `newsmill run` and `newsmill serve`, the parameters of the Prefect flow and the
form in its UI.
"""

if __name__ == "__main__":
    sys.exit(main())
