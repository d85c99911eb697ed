"""A story, its copies and the boilerplate of a source, as the product's own run finds them."""

from __future__ import annotations

from pathlib import Path

from tests.pieces import refresh
from tests.seed_folder import SeedFolder

FOOT = "The Gazette has told the town what it trades in since the year of the great flood."
STORY = (
    "“The bridge over the river will open in May,” said Anna Smith. She had come to the works with her whole office.",
    "Builders began eleven years ago, when the old bridge was shut after two floods had washed its middle pier away.",
    "The town paid nine million for it, which is twice of what the council had been told by those who drew the plans.",
    "Fishers look forward to it as well, since the boats will pass below the new arch at any hour of any tide.",
    "“We have waited long enough,” said Robert Jones. He runs the bakery that stands where the road meets the water.",
)
EDITED = STORY[0].replace("her whole office", "<b>three</b> of her staff")
HEADLINES = ("Bridge opens in May", "Town waits for its bridge", "Bridge: the short of it")


def write_copied_news(folder: Path) -> Path:
    """A data set of one story in three papers (kept, edited and reordered, cut), and of eight others with one foot."""
    seeds = SeedFolder(folder / "seeds")
    copies = (
        ("The Agency Post", "2024-03-01", STORY),
        ("The Herald", "2024-03-02", (EDITED, STORY[3], STORY[1], STORY[4], "Our own staff added this line to it.")),
        ("The Mirror", "2024-03-03", STORY[:3]),
    )
    rows = [
        {"id": f"story-{number}", "title": title, "publisher": publisher, "date": day, "text": "\n\n".join(text)}
        for number, (title, (publisher, day, text)) in enumerate(zip(HEADLINES, copies, strict=True))
    ]
    words = ["stone", "water", "glass", "paper", "copper", "timber", "linen", "silver"]
    for number, word in enumerate(words):
        own = f"Maria Garcia sells {word} at the market of {word}town. {word.capitalize()} is what people want now."
        day = f"2024-04-0{1 + number}"
        row = {"title": f"News of {word}", "publisher": "The Gazette", "date": day, "text": f"{own}\n\n{FOOT}"}
        rows.append({"id": f"other-{number}", **row})
    seeds.write_records("news.jsonl", [row | {"language": "en"} for row in rows])
    refresh(seeds.root, folder / "out")
    return folder / "out"
