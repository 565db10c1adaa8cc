"""Makes `soft_labels_pt.npz`: `python -m classifiers.training.teacher_multilingual --help`.

The teacher of `classifiers.training.teacher` is an English model. So it first learns to fill in
words of the language's texts (masked language modelling: Devlin et al. 2019). Then it learns their
labels, several times, each time without a quarter of the texts. Environment and model are those of
that command. It takes eight minutes on one H100 for Portuguese.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.bundle import pack_arrays
from classifiers.datasets.labelled import Example
from classifiers.datasets.languages import read_language
from classifiers.training.sentence_model import Optimiser, Schedule, SentenceModel, batches
from classifiers.training.soft_labels import encode_soft_labels
from classifiers.training.soft_labels_multilingual import (
    LANGUAGE_DISTILLATION,
    soft_labels_file,
    texts_for_teachers,
)

LANGUAGE = "pt"
MODELS, PARTS = 6, 4
MOST_TOKENS = 96

FILLING, FILLING_BATCH, FILLING_RATE, FILLING_WARM_UP = 6, 64, 1e-4, 200
"""Epochs, batch size, learning rate and warm-up steps of masked language modelling."""

HIDDEN, MASKED, EXCHANGED = 0.15, 0.8, 0.1
"""Share of the tokens to fill in; of these, the share that is masked, and that is exchanged."""

SCHEDULE = Schedule(epochs=4, batch=32, rates=(5e-5, 1e-3), warm_up=80)
OTHER_SIGNALS = 0.5
"""Weight of a label against one of toxicity."""

Floats = NDArray[np.float32]


class MultilingualTeacher(SentenceModel):
    """The sentence model, which learns a language first and then its labels.

    Parameters
    ----------
    model : Path
        Folder of the sentence model.
    signals : tuple of str
    """

    def __init__(self, model: Path, signals: tuple[str, ...]) -> None:
        super().__init__(model, len(signals), MOST_TOKENS, 0)
        self._signals = signals
        self._learned = self.model.state_dict()

    def learn_language(self, texts: Sequence[str]) -> None:
        """Learn to fill in hidden tokens of texts."""
        torch, nn = self.torch, self.torch.nn
        numbers = self.tokeniser.numbers(texts)
        words = self.model.embeddings.word_embeddings.weight
        width = words.shape[1]
        on_top = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        on_top.to(self.device)
        bias = nn.Parameter(torch.zeros(len(words), device=self.device))
        parameters = [*self.model.parameters(), *on_top.parameters(), bias]
        steps = FILLING * -(-len(numbers) // FILLING_BATCH)
        descent = Optimiser([(parameters, FILLING_RATE)], steps, FILLING_WARM_UP)
        source = np.random.default_rng(0)
        lengths = np.array([len(one) for one in numbers])
        self.model.train()
        for _ in range(FILLING):
            for batch in batches(lengths, FILLING_BATCH, source):
                tokens, mask = self.tokeniser.padded([numbers[place] for place in batch])
                shown, asked = self._hide(tokens, mask)
                if asked.any():
                    guessed = on_top(self.states(shown, mask)[asked].float()) @ words.T + bias
                    descent.step(nn.functional.cross_entropy(guessed, tokens[asked]))
        state = self.model.state_dict()
        self._learned = {name: value.detach().clone() for name, value in state.items()}

    def _hide(self, tokens: Any, mask: Any) -> tuple[Any, Any]:
        """Return the tokens with some hidden or exchanged, and a mask of those to fill in."""
        torch, known = self.torch, self.tokeniser.tokens
        special = (tokens == known.cls_token_id) | (tokens == known.sep_token_id)
        chance, way = torch.rand((2, *tokens.shape), device=self.device)
        asked = (chance < HIDDEN) & (mask > 0) & ~special
        shown = tokens.masked_fill(asked & (way < MASKED), known.mask_token_id)
        exchanged = asked & (way > 1 - EXCHANGED)
        others = torch.randint(5, len(known) - 5, tokens.shape, device=self.device)
        return torch.where(exchanged, others, shown), asked

    def learn_labels(self, examples: Sequence[Example], seed: int) -> None:
        """Learn labels, starting from the model that learned the language."""
        self.torch.manual_seed(seed)
        self.model.load_state_dict(self._learned)
        self.begin_heads(len(self._signals))
        texts, targets = [one.text for one in examples], _targets(examples, self._signals)
        self.learn_targets(texts, targets, SCHEDULE, np.random.default_rng(seed))


def _targets(examples: Sequence[Example], signals: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Return targets and weights, float32 (texts, signals) each."""
    made = np.zeros((2, len(examples), len(signals)), dtype=np.float32)
    for row, one in enumerate(examples):
        for column, signal in enumerate(signals):
            target, weight = one.labels.get(signal, (0.0, 0.0))
            share = 1.0 if signal == "toxicity" else OTHER_SIGNALS
            made[:, row, column] = target, weight * share
    return made[0], made[1]


def teach(model: Path, examples: Sequence[Example], signals: tuple[str, ...]) -> Floats:
    """Return soft labels, float32 (texts + excerpts, signals); texts by teachers new to them."""
    training = [one for one in examples if one.part == "train"]
    texts, excerpts = texts_for_teachers(examples, LANGUAGE)
    teacher = MultilingualTeacher(model, signals)
    teacher.learn_language(texts)
    source = random.Random(0)
    part_of = {text: source.randrange(PARTS) for text in dict.fromkeys(texts)}
    parts = np.array([part_of[text] for text in texts])
    sums = np.zeros((len(texts), len(signals)), dtype=np.float32)
    counts = np.zeros((len(texts), 1), dtype=np.float32)
    of_excerpts = np.zeros((len(excerpts), len(signals)), dtype=np.float32)
    for number in range(MODELS):
        left_out = parts == number % PARTS
        teacher.learn_labels([training[place] for place in np.flatnonzero(~left_out)], number)
        sums[left_out] += teacher.answers([texts[place] for place in np.flatnonzero(left_out)])
        counts[left_out] += 1
        of_excerpts += teacher.answers(excerpts) / MODELS
        print(f"teacher {number + 1} of {MODELS} is done", flush=True)
    return np.concatenate([sums / counts, of_excerpts])


def main() -> None:
    """Train the teachers, label the texts and write the file."""
    parser = argparse.ArgumentParser(prog="python -m classifiers.training.teacher_multilingual")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--model", type=Path, required=True, help="folder of all-mpnet-base-v2")
    options = parser.parse_args()
    examples = read_language(options.data, LANGUAGE)
    answers = teach(options.model, examples, LANGUAGE_DISTILLATION[LANGUAGE].signals)
    stored = encode_soft_labels(*texts_for_teachers(examples, LANGUAGE), answers)
    soft_labels_file(LANGUAGE).write_bytes(pack_arrays(stored))
    print(f"{len(answers):,} texts and excerpts")


if __name__ == "__main__":
    main()
