"""Random histories of a data set, each against a rebuild: ``python -m benchmarks.histories --histories 2000``.

The property that tests/property/test_incremental_properties.py checks a few times in CI, with another seed for every
hundred. Prints how many were lived through and the ones in which incremental and rebuilt differ.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

AT_ONCE = 100


def live_through(n_histories: int, first_seed: int) -> list[str]:
    """The failures of so many histories."""
    from tests.histories import RUNS
    from tests.property.test_incremental_properties import test_incremental_equals_rebuilt

    check = test_incremental_equals_rebuilt.hypothesis.inner_test  # type: ignore[attr-defined]
    sizes, joins = st.sampled_from([10_000, 1_000_000]), st.sampled_from([2, 32])
    property_ = seed(first_seed)(
        settings(
            max_examples=n_histories,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(given(history=RUNS, batch_chars=sizes, join_at=joins)(check))
    )
    try:
        property_()
    except Exception as error:
        notes = "\n".join(getattr(error, "__notes__", []))
        return [f"seed {first_seed}: {type(error).__name__}: {error}\n{notes}"]
    return []


def main() -> int:
    """Print the outcome as JSON; exit code 1 where any history differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started, failures = time.monotonic(), []
    for number, done in enumerate(range(0, arguments.histories, AT_ONCE)):
        failures += live_through(min(AT_ONCE, arguments.histories - done), arguments.seed * 1_000 + number)
        print(f"{done + AT_ONCE} histories, {len(failures)} failures", file=sys.stderr, flush=True)
    seconds = round(time.monotonic() - started)
    print(json.dumps({"histories": arguments.histories, "failures": failures, "seconds": seconds}, indent=1))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
