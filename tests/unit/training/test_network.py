"""The parts of the training that need torch; left out where it is not installed."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

from tests.unit.annotate.small_model import WORDS, small_tokenizer  # noqa: E402
from training.batches import epoch_batches  # noqa: E402
from training.crf import Crf  # noqa: E402
from training.encoder import EncoderShape, distance_buckets  # noqa: E402
from training.evaluate import head_arrays, torch_annotator, torch_reader  # noqa: E402
from training.examples import make_example  # noqa: E402
from training.export import export_network  # noqa: E402
from training.finish import save_heads  # noqa: E402
from training.fit import Recipe, Trainer, count_steps, epoch_examples  # noqa: E402
from training.gold import GoldAttribution, GoldText  # noqa: E402
from training.network import Network  # noqa: E402
from training.restore import restore_network  # noqa: E402
from training.smoothing import channel_scales  # noqa: E402
from training.soft_labels import SoftLabels, kept_labels, mean_labels, read_soft_labels  # noqa: E402
from transforms.annotate.model_files import load_reader  # noqa: E402
from transforms.annotate.sequence import (  # noqa: E402
    ROLE_LABELS,
    bioes_labels,
    chain_of,
)
from transforms.annotate.wordpieces import encode  # noqa: E402

TEXT = "Ann said rain falls, he said it rained.\n\n“Rain falls,” Ann said, “it rained.”"
SMALL = EncoderShape(vocabulary=len(WORDS), width=64, layers=2, heads=2, inner=128, positions=512)
SMALL_TEACHER = replace(SMALL, buckets=32)


def span(part: str, start: int = 0) -> tuple[int, int]:
    first = TEXT.index(part, start)
    return first, first + len(part)


def gold_text() -> GoldText:
    second = TEXT.index("“")
    return GoldText(
        "rain",
        TEXT,
        attributions=(
            GoldAttribution((span("Ann"),), (span("said"),), (span("rain falls"),)),
            GoldAttribution(
                (span("Ann", second),), (span("said", second),), (span("“Rain falls,”"), span("“it rained.”"))
            ),
        ),
        entities=((0, 3, "person"),),
    )


def test_roles_are_written_as_bioes() -> None:
    example = make_example(gold_text(), small_tokenizer())
    names = [ROLE_LABELS[label] for label in example.role_labels[:6]]
    assert names == ["S-source", "S-cue", "B-content", "E-content", "O", "O"]
    assert [segment.attribution for segment in example.segments if segment.role == 2] == [0, 1, 1]


def test_the_chain_sums_over_all_paths() -> None:
    labels = bioes_labels(("a",))
    crf = Crf(labels)
    torch.nn.init.normal_(crf.transitions)
    emissions = torch.randn(1, 4, len(labels), generator=torch.Generator().manual_seed(0))
    mask = torch.ones(1, 4, dtype=torch.bool)
    paths = torch.tensor(list(itertools.product(range(len(labels)), repeat=4)))
    scores = crf.path_score(emissions.expand(len(paths), -1, -1), paths, mask.expand(len(paths), -1))
    torch.testing.assert_close(crf.log_partition(emissions, mask)[0], torch.logsumexp(scores, 0))


def test_every_wordpiece_of_the_gold_is_in_one_batch() -> None:
    example = make_example(gold_text(), small_tokenizer())
    batches = list(epoch_batches([example] * 5, random.Random(0), 200))
    assert sum(int((batch.entity_labels != -100).sum()) for batch in batches) == 5 * len(example.encoded.ids)
    assert sum(int(batch.role_mask.sum()) for batch in batches) == 5 * len(example.encoded.ids)


def test_training_learns_and_resumes(tmp_path: Path) -> None:
    recipe = Recipe(epochs=2, batch_pieces=128, dropout=0.0, encoder_rate=1e-3, head_rate=5e-3)
    golds, tokenizer = [gold_text()] * 40, small_tokenizer()
    torch.manual_seed(0)
    trainer = Trainer(Network(SMALL), recipe, tmp_path, count_steps(golds, tokenizer, recipe))
    first = trainer.run_epoch(epoch_examples(golds, tokenizer, recipe, 0))
    trainer.save()
    again = Trainer(Network(SMALL), recipe, tmp_path, trainer.n_steps)
    again.resume()
    second = again.run_epoch(epoch_examples(golds, tokenizer, recipe, 1))
    assert again.epoch == 2
    assert second["roles"] < first["roles"]


def test_distances_have_a_bucket_a_direction_and_far_ones_share_it() -> None:
    buckets = distance_buckets(400, 32)
    from_the_middle = buckets[200].tolist()
    assert from_the_middle[200] == 0
    assert from_the_middle[193:200] == [7, 6, 5, 4, 3, 2, 1]
    assert from_the_middle[201:208] == [17, 18, 19, 20, 21, 22, 23]
    assert from_the_middle[208:] == sorted(from_the_middle[208:])
    assert from_the_middle[0] == 15 and from_the_middle[399] == 31


def test_a_pupil_learns_what_its_teacher_thinks(tmp_path: Path) -> None:
    """Nobody annotated attributions here: what is learned of them comes from the teacher."""
    torch.manual_seed(0)
    tokenizer, teacher, pupil = small_tokenizer(), Network(SMALL_TEACHER), Network(SMALL)
    torch.nn.init.normal_(teacher.roles.weight, std=0.5)
    golds = [GoldText("rain", TEXT)] * 30
    labels = kept_labels(tmp_path / "labels.npz", golds, lambda: torch_annotator(teacher, tokenizer))
    recipe = Recipe(epochs=8, batch_pieces=128, dropout=0.0, encoder_rate=1e-3, head_rate=5e-3, vary_marks=False)
    trainer = Trainer(pupil, recipe, tmp_path, count_steps(golds, tokenizer, recipe))
    losses = [trainer.run_epoch(epoch_examples(golds, tokenizer, recipe, epoch, labels)) for epoch in range(8)]
    assert losses[-1]["soft"] < losses[0]["soft"] / 2
    assert losses[-1]["roles"] < losses[0]["roles"] / 2


def labels_of(gold: GoldText) -> SoftLabels:
    torch.manual_seed(0)
    return read_soft_labels(torch_annotator(Network(SMALL_TEACHER), small_tokenizer()), [gold])[0]


@pytest.mark.parametrize("unknown", ["attributions", "entities"])
def test_gaps_are_filled_and_gold_is_left_alone(unknown: str) -> None:
    gold = replace(gold_text(), **{unknown: None})
    labels = labels_of(gold)
    for only_gaps in (False, True):
        example = make_example(gold, small_tokenizer(), labels, only_gaps=only_gaps)
        (batch,) = epoch_batches([example], random.Random(0), 4096)
        found = {"attributions": len(batch.soft_index), "entities": len(batch.soft_entity_index)}
        known = {"attributions": "entities", "entities": "attributions"}[unknown]
        assert found == {unknown: len(labels.starts), known: 0 if only_gaps else len(labels.starts)}
    assert (-100 in example.role_labels) == (unknown == "attributions"), "what fills a gap is no gold for the chain"


def test_two_readers_settle_on_what_both_can_live_with() -> None:
    encoded = encode(TEXT, small_tokenizer())
    n_pieces, outside, single = len(encoded.ids), ROLE_LABELS.index("O"), ROLE_LABELS.index("S-cue")
    nothing = labels_of(gold_text())

    def reader(cue: float) -> SoftLabels:
        roles = np.zeros((n_pieces, len(ROLE_LABELS)), dtype=np.float16)
        roles[:, outside], roles[1, single] = 2.0, cue
        return replace(nothing, roles=roles)

    for cues, expected in (((0.0, 9.0), single), ((0.0, 3.0), outside)):
        (mean,) = mean_labels([reader(cues[0])], [reader(cues[1])], [encoded], chain_of(ROLE_LABELS))
        assert mean.roles[1, single] == sum(cues) / 2
        assert mean.path.tolist() == [outside, expected, *[outside] * (n_pieces - 2)]


def test_every_text_without_attributions_has_its_epoch() -> None:
    golds = [replace(gold_text(), text_id=str(number)) for number in range(4)]
    golds += [GoldText(f"plain {number}", TEXT) for number in range(4)]
    recipe = Recipe(names_every=2)
    read = [{item.text_id for item in epoch_examples(golds, small_tokenizer(), recipe, epoch)} for epoch in (0, 1)]
    assert read[0] & read[1] == {"0", "1", "2", "3"}
    assert read[0] | read[1] == {gold.text_id for gold in golds}


def test_a_teachers_labels_follow_the_letters_when_marks_are_lost() -> None:
    tokenizer = small_tokenizer()
    gold = GoldText("rain", TEXT)
    labels = labels_of(gold)
    bare = replace(gold, text=TEXT.translate(str.maketrans("“”", "  ")))
    example = make_example(bare, tokenizer, labels)
    assert example.soft_rows is not None
    assert labels.starts[example.soft_rows].tolist() == example.encoded.starts.tolist()
    assert set(example.role_labels.tolist()) == {-100}, "a path with holes is no target for the chain"
    assert set(make_example(gold, tokenizer, labels).role_labels.tolist()) != {-100}


def test_the_exported_network_agrees_with_the_trained_one(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network(SMALL)
    ids, codes = np.arange(90, 110), np.arange(20)
    export_network(network, tmp_path / "network.onnx", 64, channel_scales(network, [(ids, codes)]))
    for ours, theirs in zip(load_reader(tmp_path)(ids, codes), torch_reader(network)(ids, codes), strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() < 0.15


def test_training_goes_on_from_a_finished_model(tmp_path: Path) -> None:
    torch.manual_seed(0)
    finished, fresh = Network(SMALL), Network(SMALL)
    torch.nn.init.normal_(finished.crf.transitions)
    fresh.encoder.words.load_state_dict(finished.encoder.words.state_dict())
    ids, codes = np.arange(90, 110), np.arange(20)
    export_network(finished, tmp_path / "network.onnx", 64, channel_scales(finished, [(ids, codes)]))
    save_heads(head_arrays(finished), tmp_path)
    restore_network(fresh, tmp_path)
    for ours, theirs in zip(torch_reader(fresh)(ids, codes), torch_reader(finished)(ids, codes), strict=True):
        assert np.abs(ours - theirs).max() < 0.15
    restored = head_arrays(fresh)
    for name, values in head_arrays(finished).items():
        forbidden = values < -1000
        assert (restored[name] < -1000).tolist() == forbidden.tolist(), name
        np.testing.assert_allclose(restored[name][~forbidden], values[~forbidden], atol=2e-3, err_msg=name)
