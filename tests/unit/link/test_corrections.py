from __future__ import annotations

import time

from transforms.catalog import Correction, entity_id_of
from transforms.link.corrections import Meaning, apply_corrections

ADA, BEA, CAI = (entity_id_of("person", name) for name in ("Ada Lind", "Bea Lind", "Cai Lind"))


def test_all_that_a_rule_joined_to_a_full_name_goes_with_it() -> None:
    fixes = [Correction("merge", "person", "Ada Lind", "Bea Lind")]
    corrected = apply_corrections(fixes, {0: Meaning([(ADA, True)])}, {"lone": ADA})
    assert corrected.finals == {(None, "lone"): BEA, (None, ADA): BEA}
    assert corrected.rules == {"lone": "correction_merge", ADA: "correction_merge"}


def test_a_lone_surname_takes_along_nobody_who_shares_its_end() -> None:
    fixes = [Correction("merge", "person", "Lind", "Bea Lind")]
    corrected = apply_corrections(fixes, {0: Meaning([("lone", False)])}, {"lone": ADA, "other": ADA})
    assert (corrected.finals[None, "lone"], corrected.finals[None, "other"]) == (BEA, ADA)


def test_merges_follow_one_another_in_the_order_of_the_file() -> None:
    fixes = [Correction("merge", "person", *names) for names in (("Ada Lind", "Bea Lind"), ("Bea Lind", "Cai Lind"))]
    assert apply_corrections(fixes, {}, {}).finals[None, ADA] == CAI
    assert apply_corrections(fixes[::-1], {}, {}).finals[None, ADA] == CAI


def test_a_split_is_of_one_article_and_later_corrections_find_what_it_made() -> None:
    split = Correction("split", "person", "Ada Lind", "Bea Lind", "article1")
    meaning = Meaning([(ADA, True)], [("article1", ADA), ("article1", "somebody else")])
    assert apply_corrections([split], {0: meaning}, {}).finals == {("article1", ADA): BEA}
    never = Correction("never", "person", "Bea Lind")
    assert apply_corrections([split, never], {0: meaning}, {}).finals == {("article1", ADA): None, (None, BEA): None}


def test_a_name_is_printed_as_the_last_rename_says() -> None:
    fixes = [Correction("rename", "person", "Ada Lind", name) for name in ("Ada M. Lind", "Ada Maria Lind")]
    assert apply_corrections(fixes, {}, {}).printed == {ADA: "Ada Maria Lind"}


def test_time_is_linear_in_corrections_and_entities() -> None:
    def seconds(n: int) -> float:
        fixes = [Correction("merge", "person", f"Ada{i} Lind", f"Bea{i} Lind") for i in range(n)]
        finals = {f"lone{i}-{j}": entity_id_of("person", f"Ada{i} Lind") for i in range(n) for j in range(20)}
        started = time.process_time()
        apply_corrections(fixes, {}, finals)
        return time.process_time() - started

    small = min(seconds(250) for _ in range(3))
    assert min(seconds(1_000) for _ in range(3)) < 10 * small
