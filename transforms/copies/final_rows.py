"""Rows of ``articles`` that say of which article each is a copy."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc


def with_copies(articles: pa.Table, kept: Mapping[str, str]) -> pa.Table:
    """The rows of one part, where ``kept`` maps each of its copies to the article that is kept.

    All other rows say that they are no copy, whatever they said before: so no first form of a part need be stored.
    """
    own = articles["article_id"].combine_chunks()
    copies, originals = pa.array(list(kept), pa.string()), pa.array(list(kept.values()), pa.string())
    duplicate_of = originals.take(pc.index_in(own, value_set=copies))
    new = {"duplicate_of": duplicate_of, "copy_cluster_id": pc.coalesce(duplicate_of, own)}
    for name, values in new.items():
        place = articles.schema.get_field_index(name)
        articles = articles.set_column(place, articles.schema.field(place), values)
    return articles
