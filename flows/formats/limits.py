"""What no source may exceed, whatever it claims to hold. Each limit is here, and so is its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Those that the settings may change, since what is honest depends on the sources."""

    record_bytes: int = 20 * 2**20  # one document, unpacked; the longest news text has about 1 MB
    unpacked_bytes: int = 64 * 2**30  # of one source; the largest monthly news crawls and dumps unpack to less
    # Text packs to about a fifth, pages of one template to a fiftieth; what unpacks to more is there to fill a disk.
    unpacking_ratio: int = 200
    depth: int = 3  # containers inside each other: a page in a gzip in a zip in a gzip


MIN_BOMB_BYTES = 10 * 2**20  # below which nobody is harmed, and short repetitive files pack well by right
MAX_DIRECTORY_BYTES = 160 * 2**20  # a zip's list of members, held whole: a million members have about 100 MB
MAX_TAR_HEADER_BYTES = 2**20  # a long path or extended attributes, held whole
MAX_SPOOL_IN_MEMORY_BYTES = 8 * 2**20  # of a file in a container that must be read at random; the rest goes to disk
MAX_FAULTS_A_SOURCE = 1000  # of one kind they say nothing new
MAX_DETAIL_CHARS = 300
MAX_KINDS_COUNTED = 100  # suffixes of members passed over
MAX_WORKBOOK_BYTES = 512 * 2**20  # unpacked; its strings are held whole, and a full sheet has about 300 MB
MAX_PREAMBLE_ROWS = 20  # what exports write above the header of a table: title, query, date
