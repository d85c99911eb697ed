from __future__ import annotations

from tests.storage_fixtures import faults, hasty, mixed_seeds, moto_endpoint, proxy_endpoint, storage, use

__all__ = ["faults", "hasty", "mixed_seeds", "moto_endpoint", "proxy_endpoint", "storage", "use"]
