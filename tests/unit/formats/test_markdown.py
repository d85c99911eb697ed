from __future__ import annotations

import pytest

from tests.reading import document, refusal


def test_markdown_gives_the_words_without_the_marks() -> None:
    text = '---\ntitle: x\n---\n# A *fine* day\n\nA [link](https://x.example) and **bold "words"**.\n\n- one\n- two\n'
    found = document(text.encode(), "a.md")
    assert found.media_type == "text/markdown"
    assert found.text == '---\ntitle: x\n---\n\nA fine day\n\nA link and bold "words".\n\none\n\ntwo'


def test_markdown_that_shows_nothing_is_refused() -> None:
    assert refusal(b"[a]: https://x.example\n", "a.md").reason == "empty"


@pytest.mark.parametrize("data", [b"# A day\n", b"A day"])
def test_only_the_name_says_that_a_text_is_markdown(data: bytes) -> None:
    assert document(data, "a.md").media_type == "text/markdown"
    assert document(data, "a.txt").text == data.decode()
