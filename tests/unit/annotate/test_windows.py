"""Windows over long texts."""

from __future__ import annotations

import numpy as np
import pytest

from transforms.annotate.windows import plan_windows


@pytest.mark.parametrize("n_pieces", [0, 1, 30, 31, 62, 500])
@pytest.mark.parametrize("paragraph", [1, 7, 1000])
def test_kept_parts_tile_the_text(n_pieces: int, paragraph: int) -> None:
    windows = plan_windows(np.arange(n_pieces) // paragraph, max_pieces=32, context=5)
    kept = [place for window in windows for place in range(window.keep_start, window.keep_stop)]
    assert kept == list(range(n_pieces))
    for window in windows:
        assert window.stop - window.start <= 30
        assert window.start == 0 or window.keep_start - window.start >= 5
        is_paragraph_start = window.keep_stop % paragraph == 0
        assert window.stop == n_pieces or is_paragraph_start or window.stop - window.keep_stop >= 5


def test_cuts_prefer_paragraph_breaks() -> None:
    windows = plan_windows(np.arange(100) // 20, max_pieces=52, context=4)
    assert windows[0] == (0, 40, 0, 40)
