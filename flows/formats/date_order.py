"""What comes first in a source's dates of numbers, day or month: 03/04/2021 is read as the source's other dates are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flows.formats.base import Item, Record
from transforms.article_dates import DATE_ORDER
from transforms.dates import readings

EITHER = "either"
MAX_RECORDS_AHEAD, MAX_BYTES_AHEAD = 2000, 8 * 2**20  # looked at for a date that tells


def date_order_of(record: Mapping[str, Any], names: Iterable[str]) -> str:
    """The order that a record's date shows, EITHER where it shows none, "" where it is no date of numbers.

    ``names`` are the record's own of its date.
    """
    for name in names:
        if value := record[name]:
            if not isinstance(value, str) or (value[4:5] == "-" and value[:4].isdecimal()):
                return ""
            found = readings(value)
            if not found:
                return ""
            return EITHER if len(found) > 1 else next(iter(found))
    return ""


def settled(items: Iterator[Item]) -> Iterator[Item]:
    """The items; a record whose date can be read in two ways states the order of the others, if they agree on one.

    From the first such record on, some are read ahead to see.
    """
    orders: set[str] = set()
    for item in items:
        if isinstance(item, Record) and item.date_order:
            if item.date_order == EITHER:
                yield from _read_ahead(item, items, orders)
                return
            orders.add(item.date_order)
        yield item


def _read_ahead(first: Record, items: Iterator[Item], orders: set[str]) -> Iterator[Item]:
    ahead: list[Item] = [first]
    n_bytes = len(first.data)
    error: BaseException | None = None
    try:
        for item in items:
            ahead.append(item)
            if isinstance(item, Record):
                n_bytes += len(item.data)
                orders.update({item.date_order} - {"", EITHER})
            if len(ahead) >= MAX_RECORDS_AHEAD or n_bytes >= MAX_BYTES_AHEAD:
                break
    except Exception as raised:  # it comes behind what was read before it
        error = raised
    order = next(iter(orders)) if len(orders) == 1 else ""
    yield from (_stating(item, order) for item in ahead)
    if error is not None:
        raise error
    yield from (_stating(item, order) for item in items)


def _stating(item: Item, order: str) -> Item:
    if not order or not isinstance(item, Record) or item.date_order != EITHER:
        return item
    return item._replace(stated={**item.stated, DATE_ORDER: order})
