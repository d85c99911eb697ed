"""Lists that can be searched, sorted and taken along: articles, entities, sayings, runs, quarantine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from flows.view.downloads import FORMS, download
from flows.view.quote_filter import (
    MAX_PAGE,
    MAX_VALUE_CHARS,
    NONE,
    ONCE,
    QuestionError,
    read_copies,
    read_day,
    read_page,
    read_search,
)
from flows.view.site import page, snapshot_of
from transforms.tables import ENTITY_TYPES, REASONS, SPEAKER_AGREEMENTS, STAGES

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class List:
    """A list: what is selected, what it can be sorted by (the first is how it is), chosen by, and searched in.

    ``one`` is what one of them is called, ``tie`` the order of rows that are sorted alike. ``table_once`` is the table
    with copies of articles counted once; "" where that makes no difference.
    """

    name: str
    one: str
    columns: str
    table: str
    order: tuple[str, ...]
    search: str
    choices: Mapping[str, tuple[str, ...]]
    conditions: Mapping[str, str]
    tie: str = ""
    table_once: str = ""


ARTICLES = List(
    name="articles",
    one="article",
    columns="article_id, published_date, title, publisher, section, source_uri, n_words, n_quotes, n_copies, is_copy",
    table="article",
    table_once="(SELECT * FROM article WHERE NOT is_copy)",
    order=("published_date", "n_quotes", "n_words", "n_copies", "publisher", "title"),
    search="contains(search, lower(strip_accents($q)))",
    choices={},
    conditions={
        "publisher": f"coalesce(publisher, '{NONE}') = $publisher",
        "section": f"coalesce(section, '{NONE}') = $section",
        "since": "published_date >= $since::DATE",
        "until": "published_date <= $until::DATE",
        "entity": "article IN (SELECT article FROM appearance JOIN entity USING (entity) WHERE entity_id = $entity)",
        "story": "article IN (SELECT unnest([kept, copy.article]) FROM copy JOIN article k ON k.article = kept "
        "WHERE k.article_id = $story)",
    },
    tie="article",
)
ENTITIES = List(
    name="entities",
    one="entity",
    columns="entity_id, name, entity_type, aliases, n_mentions, n_articles, n_quotes, first_published_date, "
    "last_published_date",
    table="entity",
    table_once="(SELECT * REPLACE (n_mentions_once AS n_mentions, n_articles_once AS n_articles, "
    "n_quotes_once AS n_quotes) FROM entity WHERE n_articles_once > 0)",
    order=("n_mentions", "n_quotes", "n_articles", "name", "first_published_date", "last_published_date"),
    search="contains(search, lower(strip_accents($q)))",
    choices={"type": ENTITY_TYPES},
    conditions={"type": "entity_type = $type"},
    tie="entity",
)
SAYINGS = List(
    name="sayings",
    one="saying",
    columns="reuse_cluster_id, text, speaker_entity_id, speaker_name, speaker_agreement, n_articles, "
    "n_articles_without_copies, n_publishers, first_published_date, last_published_date",
    table="saying",
    order=(
        "n_articles_without_copies",
        "n_articles",
        "n_publishers",
        "first_published_date",
        "last_published_date",
        "speaker_name",
    ),
    search="contains(lower(strip_accents(concat_ws(' ', speaker_name, text))), lower(strip_accents($q)))",
    choices={"agreement": SPEAKER_AGREEMENTS},
    conditions={"agreement": "speaker_agreement = $agreement", "speaker": "speaker_entity_id = $speaker"},
    tie="n_articles DESC, reuse_cluster_id",
)
RUNS = List(
    name="runs",
    one="run",
    columns="run_id, started_at, finished_at, code_version, annotator, n_sources, n_sources_new, "
    "n_sources_changed, n_sources_gone, n_articles, n_quotes, n_entities, n_quarantined",
    table="run",
    order=("finished_at", "n_sources", "n_articles", "n_quotes", "n_quarantined"),
    search="contains(lower(concat_ws(' ', run_id, annotator, code_version)), lower($q))",
    choices={},
    conditions={},
    tie="run_id",
)
QUARANTINE = List(
    name="quarantine",
    one="in quarantine",
    columns="source_uri, record_index, stage, reason, detail",
    table="quarantine",
    order=("source_uri", "reason", "stage"),
    search="contains(lower(source_uri || ' ' || detail), lower($q))",
    choices={"reason": tuple(dict.fromkeys(REASONS)), "stage": STAGES},
    conditions={"reason": "reason = $reason", "stage": "stage = $stage"},
    tie="record_index",
)
RISING = ("name", "title", "publisher", "source_uri", "reason", "stage", "first_published_date", "speaker_name")
FILE_LIMIT_S = 60.0

# What a person calls what an address has by its id.
_NAMES = {
    "entity": "SELECT name FROM entity WHERE entity_id = $id",
    "speaker": "SELECT name FROM entity WHERE entity_id = $id",
    "story": "SELECT coalesce(title, source_uri) AS name FROM article WHERE article_id = $id",
}


@dataclass(frozen=True)
class Asked:
    """What an address asks of a list."""

    kind: List
    q: str
    chosen: Mapping[str, str]
    sort: str
    is_turned: bool
    page: int
    is_once: bool = False

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
        is_once = read_copies(params) and bool(kind.table_once)
        return cls(kind, read_search(params), chosen, sort, params.get("turned") == "1", read_page(params), is_once)

    @property
    def is_rising(self) -> bool:
        """Whether the smallest comes first."""
        return (self.sort in RISING) != self.is_turned

    def address(self, form: str = "", **changes: object) -> str:
        """The same question with some changes, from page 1 unless that is the change; ``form``: as a file."""
        asked: dict[str, object] = {"q": self.q, **self.chosen, "sort": self.sort, "turned": int(self.is_turned)}
        asked |= {"copies": ONCE if self.is_once else "", "page": 1} | changes
        default = {"sort": self.kind.order[0], "turned": 0, "page": 1, "q": ""}
        pairs = {name: value for name, value in asked.items() if value not in (None, "") and value != default.get(name)}
        path = f"/{self.kind.name}.{form}" if form else f"/{self.kind.name}"
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def sorted_by(self, column: str) -> str:
        """The address of the list sorted by a column; by the same one, the other way round."""
        return self.address(sort=column, turned=int(column == self.sort and not self.is_turned))

    def query(self) -> tuple[str, dict[str, object]]:
        """The query of all rows in their order, and its values."""
        values: dict[str, object] = dict(self.chosen)
        where = [self.kind.conditions[name] for name in self.chosen]
        if self.q:
            where.append(self.kind.search)
            values["q"] = self.q
        table = self.kind.table_once if self.is_once else self.kind.table
        found = f"SELECT {self.kind.columns} FROM {table}" + (f" WHERE {' AND '.join(where)}" if where else "")
        direction = "ASC" if self.is_rising else "DESC"
        return f"{found} ORDER BY {self.sort} {direction} NULLS LAST, {self.kind.tie}", values


def list_page(kind: List) -> Callable[[Request], Response]:
    """The page of a list."""

    def answer(request: Request) -> Response:
        snapshot = snapshot_of(request)
        asked = Asked.from_address(kind, request.query_params)
        query, values = asked.query()
        total = int(snapshot.rows(f"SELECT count(*) AS n FROM ({query})", values)[0]["n"])
        rows = f"{query} LIMIT {PAGE_SIZE} OFFSET {(asked.page - 1) * PAGE_SIZE}"
        names = {
            name: row["name"]
            for name, query in _NAMES.items()
            if name in asked.chosen and (row := snapshot.row(query, {"id": asked.chosen[name]}))
        }
        return page(
            request,
            snapshot,
            f"{kind.name}.html",
            asked=asked,
            rows=snapshot.rows(rows, values),
            total=total,
            n_pages=min(-(-total // PAGE_SIZE), MAX_PAGE),
            names=names,
            forms=FORMS,
        )

    return answer


def list_file(kind: List) -> Callable[[Request], Response]:
    """All that a question finds in a list, as a file, in the order of the page."""

    def answer(request: Request) -> Response:
        query, values = Asked.from_address(kind, request.query_params).query()
        with snapshot_of(request).asking(limit_s=FILE_LIMIT_S) as cursor:
            table = cursor.sql(query, params=values).to_arrow_table()
        return download(request.path_params["form"], kind.name, table.schema, table.to_batches())

    return answer
