"""Values in cells of CSV and Excel, where a text must never become a formula."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

MAX_EXCEL_CHARS = 32_767
# A spreadsheet takes what starts so for a formula, white space and invisible signs before it or not.
_FORMULA = re.compile("[\\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+@\t\r\uff1d\uff0b\uff0d\uff20-]")
# What XML 1.0 cannot hold.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def flat(value: Any) -> Any:
    """A value as one cell: lists and structs as JSON."""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else value


def csv_cell(value: Any) -> str:
    """A value as text of a CSV file; a text that a spreadsheet would run gets an apostrophe before it."""
    cell = flat(value)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        return f"'{cell}" if _FORMULA.match(cell) else cell
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def excel_cell(value: Any) -> Any:
    """A value as Excel holds it: a text without what XML cannot hold, cut where a cell ends; moments in UTC."""
    cell = flat(value)
    if isinstance(cell, str):
        return _NO_XML.sub("\ufffd", cell)[:MAX_EXCEL_CHARS]
    if isinstance(cell, datetime) and cell.tzinfo:
        return cell.astimezone(UTC).replace(tzinfo=None)
    return cell
