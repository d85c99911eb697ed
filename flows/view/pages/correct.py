"""Corrections by hand: what is wrong with an entity, what putting it right would change, and the file's lines."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from flows.link.corrections_file import CorrectionsFile
from flows.view.effect import effect_of
from flows.view.forms import read_form
from flows.view.pending import Corrections, not_yet_applied, read_pending
from flows.view.quote_filter import QuestionError, read_search
from flows.view.site import NotThereError, page, site_of, snapshot_of
from flows.view.snapshot import Row, Snapshot
from transforms.catalog import ACTIONS, Correction, entity_id_of, is_entity_id
from transforms.resolve.names import normal_name
from transforms.visible import visible

MAX_NAME_CHARS = 200
SHOWN = 20
UNSAFE_STARTS = ("=", "+", "-", "@", "#")  # an article's words must be no formula of whoever opens the file

_OTHERS = f"""
    SELECT entity_id, name, entity_type, aliases, n_mentions, n_articles, n_quotes FROM entity
    WHERE entity_id <> $id AND contains(search, lower(strip_accents($q)))
    ORDER BY entity_type <> $type, entity LIMIT {SHOWN}
"""
_ARTICLES = f"""
    SELECT a.article_id, a.title, a.source_uri, a.published_date, a.publisher, p.n_mentions, p.n_quotes
    FROM appearance p JOIN article a USING (article)
    WHERE p.entity = $entity AND contains(a.search, lower(strip_accents($q))) ORDER BY a.article LIMIT {SHOWN}
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A correction as it is asked for: of an entity, with the other one, the other name, the article it needs."""

    action: str
    entity: Row
    target: str = ""
    article: str = ""


def correct(request: Request) -> Response:
    """First who or which article is meant, where that must be chosen; then what would change."""
    file, snapshot, given = _file(request), snapshot_of(request), request.query_params
    asked = _asked(
        snapshot,
        given.get("action", ""),
        request.path_params["entity_id"],
        given.get("target", ""),
        given.get("article", ""),
    )
    q = read_search(given)
    if asked.action == "merge" and not asked.target:
        q = q or asked.entity["name"].rpartition(" ")[2]
        known = {"q": q, "id": asked.entity["entity_id"], "type": asked.entity["entity_type"]}
        return page(request, snapshot, "choose.html", asked=asked, q=q, rows=snapshot.rows(_OTHERS, known))
    if asked.action == "split" and not (asked.target and asked.article):
        rows = snapshot.rows(_ARTICLES, {"q": q, "entity": asked.entity["entity"]})
        return page(request, snapshot, "choose.html", asked=asked, q=q, rows=rows, shown=SHOWN)
    correction = _correction(snapshot, asked)
    effect = effect_of(snapshot, not_yet_applied(snapshot, file), correction)
    return page(
        request,
        snapshot,
        "correct.html",
        asked=asked,
        line=file.row(correction),
        effect=effect,
        other=_entity(snapshot, asked.target) if asked.action == "merge" else None,
        article=_article(snapshot, asked) if asked.action == "split" else None,
        is_there=not effect.changes and any(line.correction == correction for line in file.lines()),
    )


def corrections(request: Request) -> Response:
    """What the file says."""
    file, snapshot = _file(request), snapshot_of(request)
    return page(request, snapshot, "corrections.html", told=read_pending(snapshot, file), file=file.path)


async def add(request: Request) -> Response:
    """Add the correction that a form confirms."""
    return await run_in_threadpool(_add, request, dict(await read_form(request)))


def _add(request: Request, form: dict[str, str]) -> Response:
    file, snapshot = _file(request), snapshot_of(request)
    given = [form.get(name, "") for name in ("action", "entity", "target", "article")]
    asked = _asked(snapshot, *given)
    if (asked.action in ("merge", "rename", "split") and not asked.target) or (
        asked.action == "split" and not asked.article
    ):
        raise QuestionError(f"{asked.action} needs more than was given")
    correction = _correction(snapshot, asked)
    if [line.correction for line in file.lines()[-1:]] != [correction]:  # of a button that was pressed twice, one
        file.add(correction, _said(snapshot, asked))
    return RedirectResponse(f"/entity/{asked.entity['entity_id']}", 303)


async def undo(request: Request) -> Response:
    """Take a line back that was added here."""
    form = await read_form(request)
    await run_in_threadpool(_file(request).take_back, form.get("key", ""))
    return RedirectResponse("/corrections", 303)


def pending_of(request: Request) -> Corrections | None:
    """What is pending; None where nothing can be corrected."""
    file = site_of(request).corrections
    return read_pending(snapshot_of(request), file) if file else None


def _file(request: Request) -> CorrectionsFile:
    file = site_of(request).corrections
    if file is None:
        raise NotThereError("corrections")
    return file


def _asked(snapshot: Snapshot, action: str, entity_id: str, target: str, article: str) -> Asked:
    """What is asked for; QuestionError where that cannot be."""
    if action not in ACTIONS:
        raise QuestionError(f"a correction is one of {', '.join(ACTIONS)}")
    asked = Asked(action, _entity(snapshot, entity_id), " ".join(target.split()), article)
    if action == "merge" and target:
        _entity(snapshot, target)
        if target == entity_id:
            raise QuestionError("an entity is one with itself already")
    if action in ("rename", "split") and target:
        _check_name(asked)
    if action == "split" and article:
        _article(snapshot, asked)
    return asked


def _check_name(asked: Asked) -> None:
    name = asked.target
    if len(name) > MAX_NAME_CHARS or visible(name) != name or not normal_name(name) or is_entity_id(name):
        raise QuestionError(f"a name has letters, all of them visible, and at most {MAX_NAME_CHARS} characters")
    own = asked.entity
    if asked.action == "rename" and name == own["name"]:
        raise QuestionError("that is its name already")
    if asked.action == "split" and entity_id_of(own["entity_type"], name) == own["entity_id"]:
        raise QuestionError('give another name, like "Ada Lind (swimmer)", or both would be one again')


def _entity(snapshot: Snapshot, entity_id: str) -> Row:
    row = snapshot.row("SELECT * FROM entity WHERE entity_id = $id", {"id": entity_id})
    if row is None:
        raise NotThereError("entity")
    return row


def _article(snapshot: Snapshot, asked: Asked) -> Row:
    """The article of a split, in which the entity must be."""
    row = snapshot.row(
        "SELECT a.* FROM article a JOIN appearance p USING (article) "
        "WHERE a.article_id = $article AND p.entity = $entity",
        {"article": asked.article, "entity": asked.entity["entity"]},
    )
    if row is None:
        raise NotThereError("article")
    return row


def _correction(snapshot: Snapshot, asked: Asked) -> Correction:
    own = asked.entity
    target = asked.target
    if asked.action == "merge":
        target = _spelled(snapshot, own["entity_type"], _entity(snapshot, asked.target))
    return Correction(
        asked.action, own["entity_type"], _spelled(snapshot, own["entity_type"], own), target, asked.article
    )


def _spelled(snapshot: Snapshot, entity_type: str, entity: Row) -> str:
    """How the file calls an entity: by its name, where that means it and nobody else, or else by its id."""
    name, normal = entity["name"], normal_name(entity["name"])
    is_plain = visible(name) == name == " ".join(name.split()) and not name.startswith(UNSAFE_STARTS)
    if not is_plain or entity_id_of(entity_type, name) != entity["entity_id"]:
        return str(entity["entity_id"])
    rows = snapshot.rows(
        "SELECT name, aliases FROM entity WHERE entity_type = $type AND entity_id <> $id "
        "AND contains(search, lower(strip_accents($name)))",
        {"type": entity_type, "id": entity["entity_id"], "name": name},
    )
    is_shared = any(normal_name(other) == normal for row in rows for other in (row["name"], *row["aliases"]))
    return str(entity["entity_id"] if is_shared else name)


def _said(snapshot: Snapshot, asked: Asked) -> str:
    """What the file's comment says, for people."""
    name = asked.entity["name"]
    if asked.action == "merge":
        return f"{name} is {_entity(snapshot, asked.target)['name']}"
    if asked.action == "rename":
        return f"{name} is called {asked.target}"
    if asked.action == "split":
        article = _article(snapshot, asked)
        return f"{name} is {asked.target} in {article['title'] or article['source_uri']}"
    return f"{name} is no {asked.entity['entity_type']}"
