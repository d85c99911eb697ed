"""What is shown as a file to take along: written aside, sent, and removed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
from starlette.responses import Response, StreamingResponse

from flows.export.writers import WRITERS
from flows.view.site import NotThereError

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
FORMS = {"csv": "CSV", "xlsx": "Excel", "jsonl": "JSON lines", "parquet": "Parquet"}  # as readers call them
CHUNK_BYTES = 1 << 16


def download(form: str, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Response:
    """The rows as a file of a form that there is. Its name is the page's own, never a request's."""
    if form not in WRITERS:
        raise NotThereError(form)
    folder = tempfile.TemporaryDirectory(prefix="newsmill-")
    path = Path(folder.name) / f"file.{form}"
    try:
        WRITERS[form](path, schema, batches)
    except BaseException:
        folder.cleanup()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="newsmill-{name}.{form}"',
        "Content-Length": str(path.stat().st_size),
    }
    return StreamingResponse(_chunks(path, folder.cleanup), media_type=MEDIA_TYPES[form], headers=headers)


def _chunks(path: Path, clean_up: Callable[[], None]) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    finally:
        clean_up()
