"""A saying on its way through papers, as the product's own run finds it."""

from __future__ import annotations

from pathlib import Path

from tests.integration.copied_news import STORY
from tests.pieces import refresh
from tests.seed_folder import SeedFolder

WHOLE = "The harbour wall will be rebuilt in granite before the winter storms, and the town will pay for it"
SHORT = "The harbour wall will be rebuilt in granite ... and the town will pay for it"
CHANGED = "The harbour wall will be rebuilt in marble before the winter storms, and the town will pay for it"
OWN = (
    "Councillors of all sides had met until late in the night, since nobody wished to be the one who went home first.",
    "Masons from three valleys came down to look at the quay on Monday and brought drawings, lamps and bread along.",
)
# Title, day, publisher, words, speaker.
TRAVELS = (
    ("Wall", "2021-05-03", "The Gazette", SHORT, "Ada Lind"),
    ("Granite", "2021-05-04", "The Herald", WHOLE, "Ada Lind"),
    ("Granite again", "2021-05-05", "The Mirror", WHOLE, "Ada Lind"),  # a copy of the one before
    ("Marble", "2021-05-06", "The Courier", CHANGED, "Bo Reyes"),
)


def write_travels(folder: Path, travels: tuple[tuple[str, ...], ...] = TRAVELS) -> Path:
    """A data set of one saying in several articles, and of an article that stands alone."""
    seeds = SeedFolder(folder / "seeds")
    rows = []
    for number, (title, day, publisher, words, speaker) in enumerate(travels):
        told = STORY[1:4] if title.startswith("Granite") else [f"{OWN[number % 2]} That is what {title} is about."]
        text = "\n\n".join([f"“{words},” said {speaker}.", *told])
        rows.append({"id": f"{number}", "title": title, "date": day, "publisher": publisher, "text": text})
    alone = "“A bridge is a bridge to those who fish,” said Maria Garcia. She went on her way."
    rows.append({"id": "alone", "title": "Alone", "date": "2021-05-09", "publisher": "The Post", "text": alone})
    seeds.write_records("news.jsonl", [row | {"language": "en"} for row in rows])
    refresh(seeds.root, folder / "out")
    return folder / "out"
