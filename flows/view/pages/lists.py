"""Lists that can be searched and sorted: articles, entities, runs, quarantine. One declaration each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from flows.view.quote_filter import MAX_PAGE, MAX_VALUE_CHARS, NONE, QuestionError, read_day, read_page, read_search
from flows.view.site import page, snapshot_of
from flows.view.snapshot import Row
from transforms.tables import ENTITY_TYPES, REASONS, STAGES

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class List:
    """A list: what is selected, what it can be sorted by (the first is how it is), chosen by, and searched in."""

    name: str
    select: str
    order: tuple[str, ...]
    search: str
    choices: Mapping[str, tuple[str, ...]]
    conditions: Mapping[str, str]
    tie: str = ""


ARTICLES = List(
    name="articles",
    select="SELECT article_id, published_date, title, publisher, section, source_uri, n_words, n_quotes FROM article",
    order=("published_date", "n_quotes", "n_words", "publisher", "title"),
    search="contains(search, lower(strip_accents($q)))",
    choices={},
    conditions={
        "publisher": f"coalesce(publisher, '{NONE}') = $publisher",
        "section": f"coalesce(section, '{NONE}') = $section",
        "since": "published_date >= $since::DATE",
        "until": "published_date <= $until::DATE",
        "entity": "article IN (SELECT article FROM appearance JOIN entity USING (entity) WHERE entity_id = $entity)",
    },
    tie="article",
)
ENTITIES = List(
    name="entities",
    select="SELECT entity_id, name, entity_type, aliases, n_mentions, n_articles, n_quotes, first_published_date, "
    "last_published_date FROM entity",
    order=("n_mentions", "n_quotes", "n_articles", "name", "first_published_date", "last_published_date"),
    search="contains(search, lower(strip_accents($q)))",
    choices={"type": ENTITY_TYPES},
    conditions={"type": "entity_type = $type"},
    tie="entity",
)
RUNS = List(
    name="runs",
    select="SELECT run_id, started_at, finished_at, code_version, annotator, n_sources, n_sources_new, "
    "n_sources_changed, n_sources_gone, n_articles, n_quotes, n_entities, n_quarantined FROM run",
    order=("finished_at", "n_sources", "n_articles", "n_quotes", "n_quarantined"),
    search="contains(lower(concat_ws(' ', run_id, annotator, code_version)), lower($q))",
    choices={},
    conditions={},
    tie="run_id",
)
QUARANTINE = List(
    name="quarantine",
    select="SELECT source_uri, record_index, stage, reason, detail FROM quarantine",
    order=("source_uri", "reason", "stage"),
    search="contains(lower(source_uri || ' ' || detail), lower($q))",
    choices={"reason": tuple(dict.fromkeys(REASONS)), "stage": STAGES},
    conditions={"reason": "reason = $reason", "stage": "stage = $stage"},
    tie="record_index",
)
RISING = ("name", "title", "publisher", "source_uri", "reason", "stage", "first_published_date")


@dataclass(frozen=True)
class Asked:
    """What an address asks of a list."""

    kind: List
    q: str
    chosen: Mapping[str, str]
    sort: str
    is_turned: bool
    page: int

    @classmethod
    def from_address(cls, kind: List, params: QueryParams) -> Asked:
        """The question; QuestionError where the address holds none."""
        chosen = {name: params[name] for name in kind.conditions if params.get(name)}
        for name, value in chosen.items():
            if len(value) > MAX_VALUE_CHARS or (name in kind.choices and value not in kind.choices[name]):
                raise QuestionError(f"there is no such {name}")
        for name in {"since", "until"} & chosen.keys():
            read_day(params, name)
        sort = params.get("sort", kind.order[0])
        if sort not in kind.order:
            raise QuestionError(f"{kind.name} are sorted by {', '.join(kind.order)}")
        return cls(kind, read_search(params), chosen, sort, params.get("turned") == "1", read_page(params))

    @property
    def is_rising(self) -> bool:
        """Whether the smallest comes first."""
        return (self.sort in RISING) != self.is_turned

    def address(self, **changes: object) -> str:
        """The same question with some changes, from page 1 unless that is the change."""
        asked: dict[str, object] = {"q": self.q, **self.chosen, "sort": self.sort, "turned": int(self.is_turned)}
        asked |= {"page": 1} | changes
        default = {"sort": self.kind.order[0], "turned": 0, "page": 1, "q": ""}
        pairs = {name: value for name, value in asked.items() if value not in (None, "") and value != default.get(name)}
        return f"/{self.kind.name}?{urlencode(pairs)}" if pairs else f"/{self.kind.name}"

    def sorted_by(self, column: str) -> str:
        """The address of the list sorted by a column; by the same one, the other way round."""
        return self.address(sort=column, turned=int(column == self.sort and not self.is_turned))

    def query(self) -> tuple[str, str, dict[str, object]]:
        """The query of the page's rows, that of their number, and the values of both."""
        values: dict[str, object] = dict(self.chosen)
        where = [self.kind.conditions[name] for name in self.chosen]
        if self.q:
            where.append(self.kind.search)
            values["q"] = self.q
        found = self.kind.select + (f" WHERE {' AND '.join(where)}" if where else "")
        direction = "ASC" if self.is_rising else "DESC"
        order = f"{self.sort} {direction} NULLS LAST, {self.kind.tie}"
        offset = (self.page - 1) * PAGE_SIZE
        return (
            f"{found} ORDER BY {order} LIMIT {PAGE_SIZE} OFFSET {offset}",
            f"SELECT count(*) AS n FROM ({found})",
            values,
        )


def list_page(kind: List) -> Callable[[Request], Response]:
    """The page of a list."""

    def answer(request: Request) -> Response:
        snapshot = snapshot_of(request)
        asked = Asked.from_address(kind, request.query_params)
        rows, count, values = asked.query()
        total = int(snapshot.rows(count, values)[0]["n"])
        entity: Row | None = None
        if "entity" in asked.chosen:
            entity = snapshot.row("SELECT name FROM entity WHERE entity_id = $id", {"id": asked.chosen["entity"]})
        return page(
            request,
            snapshot,
            f"{kind.name}.html",
            asked=asked,
            rows=snapshot.rows(rows, values),
            total=total,
            n_pages=min(-(-total // PAGE_SIZE), MAX_PAGE),
            entity=entity,
        )

    return answer
