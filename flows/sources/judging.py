"""Whether a file is one to read: by its name, and by its content where the name says nothing."""

from __future__ import annotations

import os
from pathlib import Path

from flows.formats.base import Match
from flows.formats.compressed import bare_name
from flows.formats.other_kinds import is_of_another_kind
from flows.formats.registry import head_of, is_supported_name, surest_format


def is_to_read(path: str, *, is_named: bool = False) -> bool:
    """Whether some format reads a file.

    A name with a suffix that nobody knows is believed only where the content is surely of a format, one without a
    suffix also where it is text, as corpora have it (``sci.space/59848``), and so is a file that was named itself.
    """
    name = os.path.basename(path)  # noqa: PTH119 - a Path would change odd names
    if is_supported_name(name):
        return True
    bare = bare_name(name)
    if is_of_another_kind(bare) and not is_named:
        return False
    try:
        with Path(path).open("rb") as stream:
            format_, match = surest_format(head_of(stream, name))
            first = stream.read(2)
    except OSError:
        return True  # which ends in the quarantine with the reason
    except ValueError:  # damage that shows in the first bytes
        return False
    if is_of_another_kind(bare) or (bare != name.lower() and "." in bare and not is_named):
        return is_named and match is Match.CONTENT
    if first in {b"", b"#!"} and not is_named:
        return False
    return format_ is not None and (match is Match.CONTENT or is_named or "." not in bare)
