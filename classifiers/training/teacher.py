"""`python -m classifiers.training.teacher --data DIR --model DIR`: makes `taught.npz`.

The teacher is the sentence model all-mpnet-base-v2 (Song et al. 2020; weights Apache 2.0) with one
head per signal and one per attribute of the Perspective API, trained further on the same texts as
the heads of the bundle, five times, each time without a quarter of the texts. It is needed neither
to score nor to train the rest, and nothing of it is shipped but its answers. An environment of its
own, and the model's folder (see `docs/classifiers.md` for where to find it):

    pip install torch==2.11.0 transformers==5.17.0 numpy

Ten minutes on one H100. Sums in bfloat16 differ between processors, so the answers do a little.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.bundle import pack_arrays
from classifiers.items import ABUSE_SIGNALS
from classifiers.training.agreement import COMPARED
from classifiers.training.data import OWN, PERSPECTIVE, Example, read_examples
from classifiers.training.enrich import with_own_sentences
from classifiers.training.excerpts import cut_excerpts
from classifiers.training.taught import SIGNALS, TAUGHT, encode_taught, real_texts

MODELS, PARTS = 5, 4
"""Teachers, and parts that the texts are divided into; each teacher does without one part."""

EPOCHS, BATCH, WARM_UP = 3, 64, 150
LEARNING_RATES = (4e-5, 1e-3)
"""Of the model, and of the heads on top of it."""

MOST_TOKENS, MOST_CHARS = 80, 1500
TOKENS_AT_ONCE = 49_152
DROPOUT = 0.1

KEPT = {"wiki_debias_nontoxic": 0.6, "davidson_twitter": 0.7, "youtube_spam": 0.5, OWN: 0.5}
"""Share of the texts that a teacher reads, of sets that have much of the same."""

COMPARED_TIMES = 3
"""How often a teacher reads the few texts with Perspective's scores in an epoch."""

OTHER_SIGNALS, OWN_SENTENCES = 0.5, 0.5
"""What a label counts beside one of toxicity, and an own sentence beside a real text."""

LABELLED = {"toxicity": 0.3, "severe_toxicity": 0.6, "insult": 0.5, "identity_attack": 0.3,
            "threat": 0.3}  # fmt: skip
"""Share of an answer that the head trained on labels has; the rest is Perspective's attribute.

Labels of most sets tell abusive from not. The API's scores also order what is not by how near it
comes, which labels leave open.
"""

_BY_LABELS = {signal: head for head, signal in enumerate(ABUSE_SIGNALS)}
_BY_SCORES = {signal: head for head, signal in enumerate(PERSPECTIVE, start=len(ABUSE_SIGNALS))}
"""Heads of a teacher: those that labels train, then those that Perspective's scores do."""

HEADS = len(_BY_LABELS) + len(_BY_SCORES)
Floats = NDArray[np.float32]


def _targets(examples: Sequence[Example]) -> tuple[Floats, Floats]:
    """Return (target, weight), each texts x heads."""
    made = np.zeros((2, len(examples), HEADS), dtype=np.float32)
    for row, one in enumerate(examples):
        compared = one.source == COMPARED
        own = OWN_SENTENCES if one.source == OWN else 1.0
        for signal, (target, weight) in one.labels.items():
            head = (_BY_SCORES if compared else _BY_LABELS)[signal]
            share = 1.0 if compared or signal == "toxicity" else OTHER_SIGNALS
            made[:, row, head] = target, weight * share * own
    return made[0], made[1]


class Reader:
    """Reads texts into batches of tokens."""

    def __init__(self, model: Path, device: str) -> None:
        import torch  # noqa: PLC0415 (only in this environment)
        from transformers import AutoTokenizer  # noqa: PLC0415

        self._torch, self._device = torch, device
        self._tokens = AutoTokenizer.from_pretrained(model)

    def numbers(self, texts: Sequence[str]) -> list[list[int]]:
        """Return each text's tokens."""
        cut = [text[:MOST_CHARS] or "." for text in texts]
        read = self._tokens(cut, truncation=True, max_length=MOST_TOKENS)
        numbers: list[list[int]] = read["input_ids"]
        return numbers

    def padded(self, numbers: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Return (tokens, mask) of a batch."""
        longest = max(map(len, numbers))
        filled = np.full((len(numbers), longest), self._tokens.pad_token_id)
        mask = np.zeros((len(numbers), longest), dtype=np.int64)
        for row, one in enumerate(numbers):
            filled[row, : len(one)], mask[row, : len(one)] = one, 1
        tensor = self._torch.as_tensor
        return tensor(filled, device=self._device), tensor(mask, device=self._device)


class Teacher:
    """The sentence model with its heads on top.

    Parameters
    ----------
    model : Path
        Folder of the sentence model.
    seed : int
    """

    def __init__(self, model: Path, seed: int) -> None:
        import torch  # noqa: PLC0415 (only in this environment)
        from transformers import AutoModel  # noqa: PLC0415

        torch.manual_seed(seed)
        self._torch, self._source = torch, np.random.default_rng(seed)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._reader = Reader(model, self._device)
        self._model = AutoModel.from_pretrained(model, add_pooling_layer=False).to(self._device)
        width = 2 * self._model.config.hidden_size
        self._heads = torch.nn.Linear(width, HEADS).to(self._device)

    def _logits(self, numbers: Sequence[Sequence[int]], dropout: float = 0.0) -> Any:
        """Return log-odds (texts x heads) from the mean and the maximum over the tokens."""
        torch = self._torch
        tokens, mask = self._reader.padded(numbers)
        with torch.autocast(self._device, dtype=torch.bfloat16):
            states = self._model(input_ids=tokens, attention_mask=mask).last_hidden_state
        states, shown = states.float(), mask[..., None].float()
        mean = (states * shown).sum(1) / shown.sum(1)
        highest = (states - (1 - shown) * 1e4).max(1).values
        both = torch.cat([mean, highest], 1)
        return self._heads(torch.nn.functional.dropout(both, dropout, dropout > 0))

    def _descent(self, above: Sequence[Any], steps: int) -> tuple[Any, Any]:
        """Return the optimiser and its pace: faster at first, then ever slower down to nothing."""
        groups = [{"params": [*self._model.parameters()], "lr": LEARNING_RATES[0]},
                  {"params": above, "lr": LEARNING_RATES[1]}]  # fmt: skip
        descent = self._torch.optim.AdamW(groups, weight_decay=0.01)
        pace = self._torch.optim.lr_scheduler.LambdaLR(
            descent, lambda step: min(1.0, (step + 1) / WARM_UP) * max(0.0, 1 - step / steps)
        )
        return descent, pace

    def learn(self, examples: Sequence[Example]) -> None:
        """Train on labelled texts, each label by its weight."""
        torch, device = self._torch, self._device
        numbers = self._reader.numbers([one.text for one in examples])
        targets, weights = (torch.as_tensor(one, device=device) for one in _targets(examples))
        names, sets = np.unique([one.source for one in examples], return_inverse=True)
        # What a set's own share of abuse explains is learned beside the heads, and left behind.
        origin = torch.nn.Parameter(torch.zeros(len(names), HEADS, device=device))
        above = [*self._heads.parameters(), origin]
        descent, pace = self._descent(above, EPOCHS * -(-len(numbers) // BATCH))
        lengths = np.array([len(one) for one in numbers])
        self._model.train()
        for _ in range(EPOCHS):
            for batch in _batches(lengths, self._source):
                logits = self._logits([numbers[place] for place in batch], DROPOUT)
                loss = torch.nn.functional.binary_cross_entropy_with_logits(
                    logits + origin[sets[batch]], targets[batch], reduction="none"
                )
                weight = weights[batch]
                descent.zero_grad()
                ((loss * weight).sum() / weight.sum().clamp(min=1)).backward()
                torch.nn.utils.clip_grad_norm_([*self._model.parameters(), *above], 1.0)
                descent.step()
                pace.step()

    def answers(self, texts: Sequence[str]) -> Floats:
        """Return log-odds of the signals that are taught (texts x `SIGNALS`)."""
        numbers = self._reader.numbers(texts)
        lengths = np.array([len(one) for one in numbers])
        made = np.zeros((len(texts), HEADS), dtype=np.float32)
        order = np.argsort(-lengths, kind="stable")
        self._model.eval()
        with self._torch.inference_mode():
            while len(order):
                count = max(1, TOKENS_AT_ONCE // int(lengths[order[0]]))
                batch, order = order[:count], order[count:]
                made[batch] = self._logits([numbers[place] for place in batch]).cpu().numpy()
        return _mixed(made)


def _mixed(logits: Floats) -> Floats:
    """Return texts x `SIGNALS` of log-odds of texts x heads."""
    columns = [
        LABELLED[signal] * logits[:, _BY_LABELS[signal]]
        + (1 - LABELLED[signal]) * logits[:, _BY_SCORES[signal]]
        for signal in SIGNALS
    ]
    return np.stack(columns, axis=1)


def _batches(lengths: NDArray[np.int64], source: np.random.Generator) -> Iterator[Any]:
    """Yield places of texts of like length, in no order."""
    order = source.permutation(len(lengths))
    made = []
    for start in range(0, len(order), BATCH * 50):
        chunk = order[start : start + BATCH * 50]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        made += [chunk[first : first + BATCH] for first in range(0, len(chunk), BATCH)]
    for number in source.permutation(len(made)):
        yield made[number]


def _drawn(examples: Sequence[Example], source: random.Random) -> list[Example]:
    """Return the texts that a teacher reads in an epoch."""
    kept = [one for one in examples if source.random() < KEPT.get(one.source, 1.0)]
    compared = [one for one in kept if one.source == COMPARED]
    return kept + compared * (COMPARED_TIMES - 1)


def teach(model: Path, examples: list[Example], seed: int) -> tuple[list[str], list[str], Floats]:
    """Return texts, excerpts and what the teachers say of them (texts, then excerpts, x `SIGNALS`).

    Of a text only those speak who did not learn from it; of an excerpt all.
    """
    every = [one for one in with_own_sentences(examples, seed) if one.part == "train"]
    every = [one for one in every if one.labels]
    texts, excerpts = real_texts(examples), cut_excerpts(examples, seed)
    said = np.zeros((len(texts), len(SIGNALS)), dtype=np.float32)
    speakers = np.zeros((len(texts), 1), dtype=np.float32)
    of_excerpts = np.zeros((len(excerpts), len(SIGNALS)), dtype=np.float32)
    for number in range(MODELS):
        parts = random.Random(f"{seed} {number // PARTS}")
        part_of = {one.text: parts.randrange(PARTS) for one in every}
        left_out = np.array([part_of.get(text, 0) == number % PARTS for text in texts])
        teacher = Teacher(model, seed + number)
        teacher.learn(
            _drawn(
                [one for one in every if part_of[one.text] != number % PARTS],
                random.Random(f"{seed} {number}"),
            )
        )
        said[left_out] += teacher.answers([texts[place] for place in np.flatnonzero(left_out)])
        speakers[left_out] += 1
        of_excerpts += teacher.answers(excerpts) / MODELS
        print(f"teacher {number + 1} of {MODELS} has spoken", flush=True)
    return texts, excerpts, np.concatenate([said / speakers, of_excerpts])


def main() -> None:
    """Train the teachers, ask them and write the file."""
    parser = argparse.ArgumentParser(prog="python -m classifiers.training.teacher")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--model", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--out", type=Path, default=TAUGHT, help="file to write")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    texts, excerpts, answers = teach(options.model, read_examples(options.data), options.seed)
    options.out.write_bytes(pack_arrays(encode_taught(texts, excerpts, answers)))
    print(f"{len(excerpts):,} excerpts, {options.out.stat().st_size / 1e6:.1f} MB written")


if __name__ == "__main__":
    main()
