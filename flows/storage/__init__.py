"""Object storage, as everything else sees it: addresses, one client a bucket, files to read."""

from __future__ import annotations
