"""JSON files that hold one value: read whole, so at most as large as one record may be."""

from __future__ import annotations

from typing import IO, Any

import orjson

from flows.formats import encoding as encodings
from flows.formats.base import FormatError, Head
from flows.formats.json_record import MAX_NESTING, is_nested_deeper, too_deep


def start_of_one(head: Head) -> str | None:
    """The start of a file that holds one JSON value, as text; None where it holds none, or one on each line."""
    if encodings.first_of(head.start) not in {"{", "["} or encodings.is_binary(head.start):
        return None
    text = encodings.decode_start(head.start).lstrip()
    line, end, rest = text.partition("\n")
    is_one_a_line = bool(end and rest.strip()) and is_json(line)
    return None if is_one_a_line else text


def is_json(text: str) -> bool:
    """Whether a text is a whole JSON value."""
    try:
        orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return False
    return True


def load_file(stream: IO[bytes], max_bytes: int) -> tuple[bytes, Any]:
    """The bytes of a file and its value; raises FormatError where it is no JSON, too large or nested too deep."""
    data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise FormatError("too_large", f"more than {max_bytes:,} bytes in one JSON value")
    return data, load(data)


def load(data: bytes) -> Any:
    """The value of JSON bytes in any encoding; raises FormatError where it is none, or nested too deep."""
    try:
        return _not_too_deep(orjson.loads(data))
    except orjson.JSONDecodeError:
        text = encodings.decode(data).text.removeprefix("\ufeff")
    try:
        return _not_too_deep(orjson.loads(text.encode("utf-8", "replace")))
    except orjson.JSONDecodeError as error:
        raise FormatError("bad_json", f"not JSON: {error}") from None


def _not_too_deep(value: Any) -> Any:
    if is_nested_deeper(value, MAX_NESTING):
        raise too_deep()
    return value
