from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.link.chains import chain_ends


def test_a_chain_of_any_length_ends_at_its_last_entity() -> None:
    links = {f"e{number:02d}": f"e{number + 1:02d}" for number in range(40)}
    assert set(chain_ends(links).values()) == {"e40"}


def test_a_circle_ends_at_its_smallest_id_even_where_a_smaller_one_leads_into_it() -> None:
    assert chain_ends({"a": "c", "c": "d", "d": "b", "b": "c"}) == {"a": "b", "b": "b", "c": "b", "d": "b"}


NODES = st.sampled_from("abcdefgh")


@given(st.dictionaries(NODES, NODES, max_size=8), st.randoms(use_true_random=False))
def test_order_decides_nothing_and_linked_entities_end_together(links: dict[str, str], order) -> None:
    ends = chain_ends(links)
    shuffled = list(links.items())
    order.shuffle(shuffled)
    assert chain_ends(dict(shuffled)) == ends
    for one, other in links.items():
        assert ends[one] == ends.get(other, other)
        end = ends[one]
        assert end not in links or ends[end] == end
