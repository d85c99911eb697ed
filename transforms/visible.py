"""Characters that would steer a terminal or a page instead of standing in it, written out so that they are seen."""

from __future__ import annotations

import re

# C0 and C1 controls, invisible formats (soft hyphen, zero widths, marks, overrides and isolates of writing direction,
# line and paragraph separators, tags) and halves of surrogate pairs, which no terminal can print at all. The two
# joiners count only where they do no job: inside a word of Persian or Hindi, and inside an emoji, they do one.
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u070f\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, *, keep: str = "") -> str:
    r"""The text with every control or invisible character as an escape: \x1b, \u202e, \n.

    Characters in ``keep`` stay as they are ("\n" where lines may break). What is printable is never changed.
    """
    return _STEERING.sub(lambda match: match[0] if match[0] in keep else _escape(match[0]), text)


def _escape(character: str) -> str:
    return _SHORT.get(character) or character.encode("unicode_escape").decode("ascii")
