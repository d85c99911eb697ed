"""An entity is corrected on its page: shown first, written down, pending, taken back, and followed by the next run."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest
from starlette.testclient import TestClient

from flows.link.catalog_files import CatalogError, load_catalog
from flows.view.serve import view
from tests.integration.hostile import STRINGS, faults_of, write_hostile
from tests.integration.view_site import PORT, links_of, make_pages, open_pages, text_of, write_news
from tests.pieces import refresh, rows_of
from tests.seed_folder import SeedFolder

HERE = f"http://127.0.0.1:{PORT}"
RECORDS = (
    ("Quay opens", "2024-03-01", "The Gazette", "", "Anna Smith", "The quay will open in May"),
    ("Quay closes", "2024-03-04", "The Gazette", "", "Anna Smyth", "The quay is closed"),
    ("Quay sold", "2024-03-09", "The Gazette", "", "Anna Smyth", "Robert Jones has bought the quay"),
    ("Race won", "2024-04-01", "The Herald", "", "Anna Smith", "I swam as never before"),
    ("Text", "2024-04-02", "The Herald", "", "Full Text", "Nobody said this"),
)


class Desk:
    """A data set, its corrections file, and the page of both."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "corrections.csv"
        self.seeds = SeedFolder(folder / "seeds")
        if not (folder / "out").exists():
            write_news(self.seeds, RECORDS)
            self.run()
        self.pages = open_pages(folder / "out", corrections=self.file)

    def run(self) -> None:
        catalog = load_catalog(None, self.file) if self.file.exists() else None
        refresh(self.seeds.root, self.folder / "out", catalog=catalog)

    def reopen(self) -> TestClient:
        self.pages = open_pages(self.folder / "out", corrections=self.file)
        return self.pages

    def id_of(self, name: str) -> str:
        return next(str(row["entity_id"]) for row in rows_of(self.folder / "out", "entities") if row["name"] == name)

    def names(self) -> set[str]:
        return {str(row["name"]) for row in rows_of(self.folder / "out", "entities")}

    def look(self, action: str, name: str, **given: str) -> str:
        answer = self.pages.get(f"/entity/{self.id_of(name)}/correct", params={"action": action, **given})
        assert answer.status_code == 200, answer.text
        return answer.text

    def confirm(self, page: str) -> str:
        """Send the form of a page that shows what would change; the page that comes."""
        answer = self.send(*form_of(page, "confirm"))
        assert answer.status_code == 200
        return answer.text

    def send(self, address: str, fields: dict[str, str], **headers: str) -> TestClient:
        return self.pages.post(address, data=fields, headers={"Origin": HERE, **headers})  # type: ignore[return-value]


def form_of(page: str, name: str) -> tuple[str, dict[str, str]]:
    form = lxml.html.fromstring(page).find_class(name)[0]
    return form.get("action"), dict(form.fields)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for tests that change nothing."""
    found = Desk(tmp_path_factory.mktemp("still"))
    yield found
    assert not found.file.exists()


@pytest.fixture
def desk(still: Desk, tmp_path: Path) -> Desk:
    """The same for a test of its own."""
    shutil.copytree(still.folder, tmp_path, symlinks=True, dirs_exist_ok=True)
    return Desk(tmp_path)


def test_merge_is_found_shown_written_pending_and_followed(desk: Desk) -> None:
    smith, smyth = desk.id_of("Anna Smith"), desk.id_of("Anna Smyth")
    choice = desk.look("merge", "Anna Smyth", q="anna")
    assert f"/entity/{smyth}/correct?action=merge&target={smith}" in list(links_of(choice))
    shown = desk.look("merge", "Anna Smyth", target=smith)
    text = text_of(shown)
    assert "2 mentions and 2 statements in 2 articles come to be of Anna Smith" in text
    assert "Anna Smyth 2 2 2 goes" in text
    assert "Anna Smith 2 → 4 2 → 4 2 → 4" in text
    assert "with all these names: Anna Smith, Anna Smyth." in text
    assert "merge,person,Anna Smyth,Anna Smith," in text
    assert not desk.file.exists()

    after = text_of(desk.confirm(shown))
    assert "Pending until the next run: Anna Smyth is Anna Smith." in after
    assert "Pending until the next run" in text_of(desk.pages.get(f"/entity/{smith}").text)
    assert "1 pending until the next run" in text_of(desk.pages.get("/corrections").text)
    assert "The file says so already" in text_of(desk.look("merge", "Anna Smyth", target=smith))
    desk.send(*form_of(shown, "confirm"))  # the button pressed twice
    assert len(load_catalog(None, desk.file).corrections) == 1

    desk.run()
    assert "Anna Smyth" not in desk.names()
    pages = desk.reopen()
    merged = text_of(pages.get(f"/entity/{smith}").text)
    assert "4 statements" in re.sub(r"statements? (\d+)", r"\1 statements", merged)
    assert "Pending" not in merged and "Your corrections say that these are one" in merged
    assert "all of them in force" in text_of(pages.get("/corrections").text)
    assert pages.get(f"/entity/{smyth}").url.path == f"/entity/{smith}"  # a link that somebody kept


def test_what_is_shown_is_what_the_run_does(desk: Desk) -> None:
    """Four corrections, each built on those before; every count that the page told of the result is the run's."""
    told: dict[str, tuple[int, ...]] = {}

    def remember(page: str) -> None:
        for row in lxml.html.fromstring(page).find_class("changes")[0].iter("tr"):
            cells = [re.sub(r"\s+", " ", cell.text_content()).strip() for cell in row.iter("td")]
            if cells:
                name = cells[0].rpartition("→ ")[2]
                told.pop(cells[0].partition(" →")[0], None)
                if cells[-1] != "goes":
                    told[name] = tuple(int(cell.rpartition("→ ")[2]) for cell in cells[1:4])
        desk.confirm(page)

    race = next(row for row in rows_of(desk.folder / "out", "articles") if row["title"] == "Race won")
    remember(desk.look("split", "Anna Smith", article=race["article_id"], target="Anna Smith (swimmer)"))
    remember(desk.look("merge", "Anna Smyth", target=desk.id_of("Anna Smith")))
    remember(desk.look("rename", "Anna Smith", target="Dr Anna Smith"))
    remember(desk.look("never", "Full Text"))
    assert told == {"Anna Smith (swimmer)": (1, 1, 1), "Dr Anna Smith": (3, 3, 3)}
    desk.run()
    rows = {row["name"]: row for row in rows_of(desk.folder / "out", "entities")}
    assert set(rows) == {*told, "Robert Jones"}
    for name, counts in told.items():
        assert tuple(rows[name][column] for column in ("n_articles", "n_mentions", "n_quotes")) == counts
    assert "all of them in force" in text_of(desk.reopen().get("/corrections").text)


def test_undo_before_and_after_the_run(desk: Desk) -> None:
    page = desk.confirm(desk.look("never", "Full Text"))
    desk.send(*form_of(page, "undo"))
    assert load_catalog(None, desk.file).corrections == ()
    assert "None yet" in desk.pages.get("/corrections").text
    desk.confirm(desk.look("never", "Full Text"))
    desk.run()
    assert "Full Text" not in desk.names()
    answer = desk.send(*form_of(desk.reopen().get("/corrections").text, "undo"))
    assert "taken back, pending" in text_of(answer.text)  # type: ignore[attr-defined]
    desk.run()
    assert "Full Text" in desk.names()


def test_lines_by_hand_are_shown_and_not_taken_back(desk: Desk) -> None:
    desk.file.write_text("action,type,name,target,article\n# so said Bo\nrename,person,Anna Smith,Anne Smith,\n")
    page = desk.pages.get("/corrections").text
    assert "Anna Smith is called Anne Smith" in text_of(page) and "by hand" in page
    assert not lxml.html.fromstring(page).find_class("undo")
    assert "Pending until the next run: Anna Smith is called Anne Smith" in text_of(
        desk.pages.get(f"/entity/{desk.id_of('Anna Smith')}").text
    )


def test_a_file_that_somebody_broke_is_told_of_and_left_alone(desk: Desk) -> None:
    page = desk.look("never", "Full Text")
    desk.file.write_text("action,type,name,target,article\nmerge,person,A,,\n")
    assert "line 2: merge needs a value in target" in text_of(desk.pages.get("/corrections").text)
    assert "line 2" in text_of(desk.pages.get(f"/entity/{desk.id_of('Full Text')}").text)
    answer = desk.send(*form_of(page, "confirm"))
    assert answer.status_code == 409 and "line 2" in answer.text  # type: ignore[attr-defined]
    assert desk.file.read_text().endswith("merge,person,A,,\n")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Origin": f"file://127.0.0.1:{PORT}"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
        {"Origin": HERE, "Sec-Fetch-Site": "same-site"},
        {"Origin": HERE, "Host": "evil.example"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
        {"Origin": HERE, "Content-Type": "text/plain"},
        {"Origin": HERE, "Content-Type": "multipart/form-data; boundary=x"},
    ],
)
def test_forged_posts_are_refused(still: Desk, headers: dict[str, str]) -> None:
    address, fields = form_of(still.look("never", "Full Text"), "confirm")
    sent = {"Content-Type": "application/x-www-form-urlencoded"} | headers
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    assert still.pages.post(address, content=body, headers=sent).status_code == 403


def test_a_post_without_an_origin_is_refused(still: Desk) -> None:
    address, fields = form_of(still.look("never", "Full Text"), "confirm")
    assert still.pages.post(address, data=fields).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"form_token": ""}, 403),
        ({"form_token": "wrong"}, 403),
        ({"action": "erase"}, 400),
        ({"entity": "e-aaaaaaaaaaaaaaaa"}, 404),
        ({"entity": "'; DROP TABLE entity"}, 404),
        ({"action": "merge"}, 400),
        ({"action": "merge", "target": "Anna Smith"}, 404),
        ({"action": "split", "target": "Another"}, 400),
        ({"action": "split", "target": "Another", "article": "../../x"}, 404),
        ({"action": "rename", "target": ""}, 400),
        ({"action": "rename", "target": "Full Text"}, 400),
        ({"action": "rename", "target": "Full\u202eText"}, 400),
        ({"action": "rename", "target": "Full\x00Text"}, 400),
        ({"action": "rename", "target": "x" * 201}, 400),
        ({"action": "rename", "target": "..."}, 400),
        ({"action": "rename", "target": "e-aaaaaaaaaaaaaaaa"}, 400),
        ({"action": "rename", "target": "x" * 30_000}, 403),
    ],
)
def test_what_cannot_be_is_refused(still: Desk, changes: dict[str, str], status: int) -> None:
    address, fields = form_of(still.look("never", "Full Text"), "confirm")
    answer = still.send(address, fields | changes)
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]


def test_an_entity_is_not_merged_with_itself(still: Desk) -> None:
    own = still.id_of("Anna Smith")
    answer = still.pages.get(f"/entity/{own}/correct", params={"action": "merge", "target": own})
    assert answer.status_code == 400


def test_other_machines_need_the_token_to_correct(still: Desk) -> None:
    far = open_pages(still.folder / "out", token="a-token-of-some-length", corrections=still.file)
    _, fields = form_of(still.look("never", "Full Text"), "confirm")
    fields["form_token"] = far.app.state.site.form_token  # type: ignore[attr-defined]
    assert far.post("/corrections", data=fields, headers={"Origin": HERE}).status_code == 401


def test_without_the_option_nothing_can_be_changed(tmp_path: Path) -> None:
    pages = make_pages(tmp_path)
    entity = next(link for link in links_of(pages.get("/entities").text) if link.startswith("/entity/"))
    for address in ("/corrections", "/corrections/undo", f"{entity}/correct", entity, "/"):
        assert pages.post(address, data={"action": "never"}, headers={"Origin": HERE}).status_code == 405
    for address in ("/corrections", f"{entity}/correct?action=never"):
        assert pages.get(address).status_code == 404
    text = pages.get(entity).text
    assert "read-only" in text and "Is something wrong" not in text and "<form" not in text.partition("<main")[2]


def test_hostile_names_stay_words(tmp_path: Path) -> None:
    seeds = SeedFolder(tmp_path / "seeds")
    write_hostile(seeds)
    refresh(seeds.root, tmp_path / "out")
    pages = open_pages(tmp_path / "out", corrections=tmp_path / "corrections.csv")
    entity = next(link for link in links_of(pages.get("/entities?q=smith").text) if link.startswith("/entity/"))
    n_written = 0
    for text in STRINGS:
        for asked in (
            {"action": "rename", "target": text},
            {"action": "merge", "q": text},
            {"action": "split", "q": text},
        ):
            page = pages.get(f"{entity}/correct", params=asked).text
            assert faults_of(page) == [], asked
        page = pages.get(f"{entity}/correct", params={"action": "rename", "target": text})
        assert faults_of(page.text) == []
        if page.status_code == 200:
            action, fields = form_of(page.text, "confirm")
            answer = pages.post(action, data=fields, headers={"Origin": HERE}, follow_redirects=False)
            assert answer.status_code == 303
            n_written += 1
    chosen = pages.get(f"{entity}/correct?action=split").text
    article = lxml.html.fromstring(chosen).xpath("//input[@type='radio']/@value")[0]
    page = pages.get(f"{entity}/correct", params={"action": "split", "article": article, "target": "Another"}).text
    assert faults_of(chosen) == faults_of(page) == []
    action, fields = form_of(page, "confirm")
    pages.post(action, data=fields, headers={"Origin": HERE})
    assert n_written >= len(STRINGS) / 2
    for address in ("/corrections", entity):
        assert faults_of(pages.get(address).text) == []
    written = load_catalog(None, tmp_path / "corrections.csv").corrections
    assert len(written) == n_written + 1
    refresh(seeds.root, tmp_path / "out", catalog=load_catalog(None, tmp_path / "corrections.csv"))
    renamed = open_pages(tmp_path / "out", corrections=tmp_path / "corrections.csv")
    for address in ("/corrections", entity, "/entities", "/"):
        assert faults_of(renamed.get(address).text) == []
    assert html.escape(written[n_written - 1].target) in renamed.get(entity).text


def test_a_name_that_a_spreadsheet_would_reckon_is_written_as_an_id(desk: Desk) -> None:
    desk.file.write_text("action,type,name,target,article\nrename,person,Full Text,=HYPERLINK(1),\n")
    desk.run()
    desk.reopen()
    page = desk.look("never", "=HYPERLINK(1)")
    assert f"never,person,{desk.id_of('=HYPERLINK(1)')},," in text_of(page)


def test_a_corrections_file_that_cannot_be_is_told_at_once(tmp_path: Path) -> None:
    for corrections in ("s3://bucket/c.csv", str(tmp_path), str(tmp_path / "none" / "c.csv")):
        with pytest.raises((CatalogError, ValueError), match="CSV file"):
            view(str(tmp_path), "127.0.0.1", 0, "", corrections=corrections, opens_browser=False, say=print)
