"""The parts of the training that need torch; left out where it is not installed."""

from __future__ import annotations

import hashlib
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
from training.augment import vary_style  # noqa: E402
from training.base import BASE_SHA256, check_digest  # noqa: E402
from training.batches import epoch_batches  # noqa: E402
from training.crf import Crf  # noqa: E402
from training.encoder import EncoderShape, distance_buckets, keep_layers  # noqa: E402
from training.evaluate import head_arrays, torch_annotator, torch_reader  # noqa: E402
from training.examples import make_example  # noqa: E402
from training.export import export_network  # noqa: E402
from training.finish import save_heads  # noqa: E402
from training.fit import Recipe, Trainer  # noqa: E402
from training.gold import GoldAttribution, GoldText  # noqa: E402
from training.network import Network  # noqa: E402
from training.prune import narrow, part_worths  # noqa: E402
from training.reading import CONTEXT, WINDOW, read_table  # noqa: E402
from training.restore import restore_network  # noqa: E402
from training.smoothing import channel_scales  # noqa: E402
from training.soft_labels import SoftLabels, SoftTable, mean_table, text_labels  # noqa: E402
from training.supply import Corpus, all_epochs, count_steps  # noqa: E402
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


def test_the_chain_sums_over_all_paths_of_each_paragraph() -> None:
    """By hand: a window of two paragraphs between places that nobody labelled."""
    labels = bioes_labels(("a",))
    crf = Crf(labels)
    for scores in crf.parameters():
        torch.nn.init.normal_(scores, generator=torch.Generator().manual_seed(1))
    emissions = torch.randn(1, 6, len(labels), generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[False, True, True, True, True, False]])
    begins = torch.tensor([[False, True, False, True, False, False]])
    transitions, starts, ends = crf.scores()

    def score(paragraph: slice, path: tuple[int, ...]) -> torch.Tensor:
        moves = [transitions[before, after] for before, after in itertools.pairwise(path)]
        emitted = emissions[0, paragraph][range(len(path)), list(path)].sum()
        return starts[path[0]] + emitted + sum(moves) + ends[path[-1]]

    paragraphs = (slice(1, 3), slice(3, 5))
    paths = list(itertools.product(range(len(labels)), repeat=2))
    totals = [torch.logsumexp(torch.stack([score(part, path) for path in paths]), 0) for part in paragraphs]
    torch.testing.assert_close(crf.log_partition(emissions, mask, begins)[0], torch.stack(totals).sum())
    gold = torch.tensor([[-100, 1, 3, 0, 4, -100]])
    by_hand = score(paragraphs[0], (1, 3)) + score(paragraphs[1], (0, 4))
    torch.testing.assert_close(crf.path_score(emissions, gold, mask, begins)[0], by_hand)


def test_every_wordpiece_of_the_gold_is_in_one_batch() -> None:
    example = make_example(gold_text(), small_tokenizer())
    batches = list(epoch_batches([example] * 5, random.Random(0), 200))
    for name in ("entity_labels", "role_labels"):
        assert sum(int((getattr(batch, name) != -100).sum()) for batch in batches) == 5 * len(example.encoded.ids)
    assert sum(int(batch.begins.sum()) for batch in batches) >= 5 * 2


def test_processes_make_the_batches_that_one_would_make() -> None:
    golds = [replace(gold_text(), text_id=str(number)) for number in range(5)] + [GoldText("plain", TEXT)]
    corpus = Corpus(golds, None, small_tokenizer(), Recipe(batch_pieces=128, gold_repeats=2))
    made = [[list(epoch) for epoch in all_epochs(corpus, (0, 1), n_processes)] for n_processes in (0, 2)]
    for alone, together in zip(*made, strict=True):
        assert [batch.ids.tolist() for batch in alone] == [batch.ids.tolist() for batch in together]
    assert len(made[0]) == 2
    assert [batch.ids.tolist() for batch in made[0][0]] != [batch.ids.tolist() for batch in made[0][1]]
    numbers = sorted(number for group in corpus.groups(0) for number in group)
    assert numbers == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5], "annotated texts twice, plain ones once"


def trainer_of(corpus: Corpus, network: Network, folder: Path, table: SoftTable | None = None) -> Trainer:
    return Trainer(network, corpus.recipe, folder, count_steps(corpus, corpus.recipe.epochs), table)


def test_training_learns_and_resumes(tmp_path: Path) -> None:
    recipe = Recipe(epochs=2, batch_pieces=128, dropout=0.0, encoder_rate=1e-3, head_rate=5e-3)
    corpus = Corpus([gold_text()] * 40, None, small_tokenizer(), recipe)
    torch.manual_seed(0)
    trainer = trainer_of(corpus, Network(SMALL), tmp_path)
    batches = all_epochs(corpus, (0, 1))
    first = trainer.run_epoch(next(batches))
    trainer.save()
    again = trainer_of(corpus, Network(SMALL), tmp_path)
    again.resume()
    second = again.run_epoch(next(batches))
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


def teacher_scores(texts: list[str]) -> SoftTable:
    torch.manual_seed(0)
    teacher = Network(SMALL_TEACHER)
    torch.nn.init.normal_(teacher.roles.weight, std=0.5)
    return read_table(teacher, [encode(text, small_tokenizer()) for text in texts])


def labels_of(texts: list[str], table: SoftTable) -> list[SoftLabels]:
    return text_labels([encode(text, small_tokenizer()) for text in texts], table, chain_of(ROLE_LABELS))


def test_many_windows_are_read_as_each_alone() -> None:
    torch.manual_seed(0)
    network, tokenizer = Network(SMALL_TEACHER), small_tokenizer()
    texts = [TEXT, "Ann said.", TEXT + "\n\n" + " ".join(["Ann said rain falls."] * 120)]
    table = read_table(network, [encode(text, tokenizer) for text in texts])
    alone = torch_annotator(network, tokenizer, max_pieces=WINDOW, context=CONTEXT)
    for name in ("roles", "entities"):
        expected = np.concatenate([getattr(item.scores, name) for item in alone.read(texts)])
        np.testing.assert_allclose(getattr(table, name).float().numpy(), expected, atol=0.1)


def test_a_pupil_learns_what_its_teacher_thinks(tmp_path: Path) -> None:
    """Nobody annotated attributions here: what is learned of them comes from the teacher."""
    texts = [TEXT] * 30
    table = teacher_scores(texts)
    recipe = Recipe(epochs=8, batch_pieces=128, dropout=0.0, encoder_rate=1e-3, head_rate=5e-3, vary_style=False)
    corpus = Corpus([GoldText("rain", text) for text in texts], labels_of(texts, table), small_tokenizer(), recipe)
    torch.manual_seed(0)
    trainer = trainer_of(corpus, Network(SMALL), tmp_path, table)
    losses = [trainer.run_epoch(batches) for batches in all_epochs(corpus, range(8))]
    assert losses[-1]["soft_roles"] < losses[0]["soft_roles"] / 2
    assert losses[-1]["roles"] < losses[0]["roles"] / 2


@pytest.mark.parametrize("unknown", ["attributions", "entities"])
def test_gaps_are_filled_and_gold_is_left_alone(unknown: str) -> None:
    gold = replace(gold_text(), **{unknown: None})
    (labels,) = labels_of([TEXT], teacher_scores([TEXT]))
    for only_gaps in (False, True):
        example = make_example(gold, small_tokenizer(), labels, only_gaps=only_gaps)
        (batch,) = epoch_batches([example], random.Random(0), 4096)
        found = {"attributions": len(batch.soft_index), "entities": len(batch.soft_entity_index)}
        known = {"attributions": "entities", "entities": "attributions"}[unknown]
        assert found == {unknown: len(labels.starts), known: 0 if only_gaps else len(labels.starts)}
    assert (-100 in example.role_labels) == (unknown == "attributions"), "what fills a gap is no gold for the chain"


def test_two_readers_settle_on_what_both_can_live_with() -> None:
    n_pieces, outside, single = (
        len(encode(TEXT, small_tokenizer()).ids),
        ROLE_LABELS.index("O"),
        ROLE_LABELS.index("S-cue"),
    )

    def reader(cue: float) -> SoftTable:
        roles = torch.zeros(n_pieces, len(ROLE_LABELS))
        roles[:, outside], roles[1, single] = 2.0, cue
        return SoftTable(roles, roles)

    for weights, expected in (((1.0, 1.0), single), ((9.0, 1.0), outside)):
        table = mean_table([reader(0.0), reader(9.0)], weights)
        (labels,) = labels_of([TEXT], table)
        assert labels.path is not None
        assert labels.path.tolist() == [outside, expected, *[outside] * (n_pieces - 2)]


def test_a_teachers_labels_follow_the_letters_when_marks_are_lost() -> None:
    tokenizer = small_tokenizer()
    gold = GoldText("rain", TEXT)
    _, labels = labels_of(["Ann said.", TEXT], teacher_scores(["Ann said.", TEXT]))
    bare = replace(gold, text=TEXT.translate(str.maketrans("“”", "  ")))
    example = make_example(bare, tokenizer, labels)
    assert example.soft_rows is not None
    assert labels.starts[example.soft_rows - labels.row].tolist() == example.encoded.starts.tolist()
    assert set(example.role_labels.tolist()) == {-100}, "a path with holes is no target for the chain"
    assert set(make_example(gold, tokenizer, labels).role_labels.tolist()) != {-100}


def test_styles_change_neither_length_nor_letters() -> None:
    for text in (TEXT, "The “straße” of İstanbul’s North"):
        seen = {vary_style(GoldText("rain", text), random.Random(seed)).text for seed in range(400)}
        assert {len(changed) for changed in seen} == {len(text)}
        letters = [[char.casefold() for char in changed if char.isalpha()] for changed in seen]
        assert all(each == letters[0] for each in letters)
        assert len(seen) > 2
    assert any(vary_style(gold_text(), random.Random(seed)).text.isupper() for seed in range(400))


def test_a_shorter_network_keeps_the_layers_it_is_told_to() -> None:
    torch.manual_seed(0)
    network = Network(SMALL)
    second = network.encoder.layers[1]
    keep_layers(network.encoder, [1])
    assert network.encoder.layers[0] is second
    assert network.encoder.shape.layers == 1


def test_a_narrower_network_leaves_out_what_gives_nothing(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network(SMALL)
    for layer in network.encoder.layers:
        torch.nn.init.zeros_(layer.out.weight[:, :32])
        torch.nn.init.zeros_(layer.down.weight[:, ::2])
    ids, codes = np.arange(90, 110), np.arange(20)
    before = torch_reader(network)(ids, codes)
    batches = list(epoch_batches([make_example(gold_text(), small_tokenizer())], random.Random(0), 200))
    narrow(network.encoder, part_worths(network, batches), 1, 64)
    for ours, theirs in zip(torch_reader(network)(ids, codes), before, strict=True):
        assert np.allclose(ours, theirs, atol=1e-5)
    export_network(network, tmp_path / "network.onnx", 64, channel_scales(network, [(ids, codes)]))
    for ours, theirs in zip(load_reader(tmp_path)(ids, codes), before, strict=True):
        assert np.abs(ours - theirs).max() < 0.15


def test_the_exported_network_agrees_with_the_trained_one(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network(SMALL)
    ids, codes = np.arange(90, 110), np.arange(20)
    export_network(network, tmp_path / "network.onnx", 64, channel_scales(network, [(ids, codes)]))
    for ours, theirs in zip(load_reader(tmp_path)(ids, codes), torch_reader(network)(ids, codes), strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() < 0.15


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    check_digest(tmp_path / "model.safetensors", hashlib.sha256(b"weights").hexdigest())
    with pytest.raises(ValueError, match="not the weights that training starts from"):
        check_digest(tmp_path / "model.safetensors", BASE_SHA256)


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
