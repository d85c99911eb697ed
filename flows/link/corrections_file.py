"""The corrections file, written to: lines added at its end, and only such lines taken back.

A person may have the file open in an editor meanwhile. So it is read anew before each change, changed in one atomic
step, and left as it was wherever the run would not read from the result what it read before, give or take the one line.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.link.catalog_files import CORRECTION_COLUMNS, CatalogError, decode, parse_corrections, read_cells, read_text
from transforms.catalog import Correction
from transforms.visible import visible

MARK = "# newsmill view, "
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One correction of the file; ``key`` takes it back where it was added here, and is "" for a person's own."""

    number: int
    correction: Correction
    key: str = ""


class CorrectionsFile:
    """The file at ``path``, which need not be there yet; CatalogError wherever it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()  # a link goes on being one
        if self.path.is_dir() or not self.path.parent.is_dir():
            raise CatalogError(f"{path}: give the path of a CSV file, in a folder that is there")
        self.lines()

    def lines(self) -> list[Line]:
        """What the file says, in its order; nothing where there is no file yet."""
        return self._parse(read_text(self.path)) if self.path.exists() else []

    def row(self, correction: Correction) -> str:
        """The line that ``add`` would write, in the order of the file's own columns."""
        text = read_text(self.path) if self.path.exists() else ""
        return self._row("" if self._is_blank(text) else text, correction)

    def add(self, correction: Correction, said: str) -> None:
        """Add a line, under a comment with what was ``said`` of it."""

        def added(text: str) -> str:
            end = next(iter(re.findall(r"\r\n|\r|\n", text)), "\n")
            head = text if not text or text.endswith(("\n", "\r")) else text + end
            if self._is_blank(text):
                head += ",".join(CORRECTION_COLUMNS) + end
            return head + _comment(said) + end + self._row(head, correction) + end

        self._change(added, lambda before: [*(line.correction for line in before), correction])

    def take_back(self, key: str) -> Correction:
        """Remove a line that was added here, with its comment; the correction that it was."""
        taken: list[Correction] = []

        def removed(text: str) -> str:
            line = next((line for line in self._parse(text) if key and line.key == key), None)
            if line is None:
                raise CatalogError(f"{self.path}: this line is not there any more; nothing was changed")
            taken.append(line.correction)
            rows = _LINE.findall(text)
            return "".join(rows[: line.number - 2] + rows[line.number :])

        self._change(removed, lambda before: [line.correction for line in before if line.key != key])
        return taken[0]

    def _parse(self, text: str) -> list[Line]:
        if self._is_blank(text):
            return []
        rows, found = _LINE.findall(text), []
        for number, correction in parse_corrections(self.path, text):
            is_own = number > 1 and rows[number - 2].startswith(MARK)
            found.append(Line(number, correction, _key(rows[number - 2], rows[number - 1]) if is_own else ""))
        return found

    def _is_blank(self, text: str) -> bool:
        return next(read_cells(self.path, text), None) is None

    def _row(self, text: str, correction: Correction) -> str:
        _, header = next(read_cells(self.path, text), (1, [*CORRECTION_COLUMNS]))
        names = [name.lower() for name in header]
        values = dict(zip(CORRECTION_COLUMNS, astuple(correction), strict=True))
        if lacking := [name for name, value in values.items() if value and name not in names]:
            raise CatalogError(
                f"{self.path}: its first line lacks {lacking[0]}; make it {','.join(CORRECTION_COLUMNS)}"
            )
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow([values.get(name, "") for name in names])
        return row.getvalue()

    def _change(self, change: Callable[[str], str], expect: Callable[[list[Line]], list[Correction]]) -> None:
        """Put the changed text in place of the file, where the run reads from it what is expected."""
        with _held(self.path.parent):
            before = self.path.read_bytes() if self.path.exists() else None
            text = decode(self.path, before or b"")
            after = change(text)
            if [line.correction for line in self._parse(after)] != expect(self._parse(text)):
                raise CatalogError(
                    f"{self.path}: this cannot be told apart from what else stands there; edit it by hand"
                )
            bom = _BOM if before is not None and before.startswith(_BOM) else b""
            try:
                self._replace(before, bom + after.encode())
            except OSError as error:
                raise CatalogError(f"{self.path}: cannot be written ({error.strerror}); nothing was changed") from error

    def _replace(self, before: bytes | None, after: bytes) -> None:
        fresh = self.path.with_name(f".{self.path.name}-{secrets.token_hex(6)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if before is None else 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(after)
                file.flush()
                os.fsync(file.fileno())
            if before is not None:
                shutil.copymode(self.path, fresh)
                with suppress(OSError):  # only root may give a file to somebody else
                    os.chown(fresh, self.path.stat().st_uid, self.path.stat().st_gid)
            if before != (self.path.read_bytes() if self.path.exists() else None):
                raise CatalogError(f"{self.path}: was changed just now by somebody else; try again")
            fresh.replace(self.path)
        finally:
            fresh.unlink(missing_ok=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Be the only one of newsmill that writes in a folder; editors know nothing of it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)


def _comment(said: str) -> str:
    # Without commas it stays one cell, which no spreadsheet takes for a formula.
    words = " ".join(re.sub(r"[,;\t]", " ", visible(said)).split())
    return f"{MARK}{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {secrets.token_hex(3)}: {words}"


def _key(comment: str, row: str) -> str:
    return hashlib.sha256(f"{comment.strip()}\n{row.strip()}".encode()).hexdigest()[:20]
