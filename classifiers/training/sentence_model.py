"""Defines the teachers' base: a sentence model with heads on top that is trained further.

It needs torch and transformers, which only the teachers' environment has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_CHARS = 1500
TOKENS_AT_ONCE = 49_152
DROPOUT = 0.1

Floats = NDArray[np.float32]
TokenIds = Sequence[Sequence[int]]


class Tokeniser:
    """Turns texts into batches of tokens."""

    def __init__(self, model: Path, device: str, most_tokens: int) -> None:
        import torch  # noqa: PLC0415 (only in this environment)
        from transformers import AutoTokenizer  # noqa: PLC0415

        self._torch, self._device, self._most = torch, device, most_tokens
        self.tokens = AutoTokenizer.from_pretrained(model)

    def numbers(self, texts: Sequence[str]) -> list[list[int]]:
        """Return each text's tokens."""
        cut = [text[:MOST_CHARS] or "." for text in texts]
        read = self.tokens(cut, truncation=True, max_length=self._most)
        numbers: list[list[int]] = read["input_ids"]
        return numbers

    def padded(self, numbers: TokenIds) -> tuple[Any, Any]:
        """Return tokens and mask of a batch, (texts, longest) each."""
        longest = max(map(len, numbers))
        filled = np.full((len(numbers), longest), self.tokens.pad_token_id)
        mask = np.zeros((len(numbers), longest), dtype=np.int64)
        for row, one in enumerate(numbers):
            filled[row, : len(one)], mask[row, : len(one)] = one, 1
        tensor = self._torch.as_tensor
        return tensor(filled, device=self._device), tensor(mask, device=self._device)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Schedule of training; ``rates`` are the learning rates of the model and of its heads."""

    epochs: int
    batch: int
    rates: tuple[float, float]
    warm_up: int


class SentenceModel:
    """The sentence model with heads on the mean and the maximum over the tokens.

    Parameters
    ----------
    model : Path
        Folder of the sentence model.
    heads : int
    most_tokens : int
        Number of tokens of a text that are read.
    seed : int
    """

    def __init__(self, model: Path, heads: int, most_tokens: int, seed: int) -> None:
        import torch  # noqa: PLC0415 (only in this environment)
        from transformers import AutoModel  # noqa: PLC0415

        torch.manual_seed(seed)
        self.torch = torch
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.tokeniser = Tokeniser(model, self.device, most_tokens)
        self.model = AutoModel.from_pretrained(model, add_pooling_layer=False).to(self.device)
        self.begin_heads(heads)

    def begin_heads(self, heads: int) -> None:
        """Replace the heads by untrained ones."""
        width = 2 * self.model.config.hidden_size
        self.heads = self.torch.nn.Linear(width, heads).to(self.device)

    def states(self, tokens: Any, mask: Any) -> Any:
        """Return the model's last hidden state, (texts, tokens, dimensions)."""
        with self.torch.autocast(self.device, dtype=self.torch.bfloat16):
            return self.model(input_ids=tokens, attention_mask=mask).last_hidden_state

    def logits(self, numbers: TokenIds, dropout: float = 0.0) -> Any:
        """Return log-odds (texts, heads) of tokenised texts."""
        torch = self.torch
        tokens, mask = self.tokeniser.padded(numbers)
        states, shown = self.states(tokens, mask).float(), mask[..., None].float()
        mean = (states * shown).sum(1) / shown.sum(1)
        highest = (states - (1 - shown) * 1e4).max(1).values
        both = torch.cat([mean, highest], 1)
        return self.heads(torch.nn.functional.dropout(both, dropout, dropout > 0))

    def learn_targets(
        self,
        texts: Sequence[str],
        targets: tuple[Floats, Floats],
        course: Schedule,
        source: np.random.Generator,
        sets: Sequence[str] = (),
    ) -> None:
        """Learn targets and their weights, (texts, heads) each.

        With ``sets``, the set of each text, one more bias per set and head is learned and then
        dropped: it takes up each set's share of abuse.
        """
        torch = self.torch
        numbers = self.tokeniser.numbers(texts)
        wanted, weights = (torch.as_tensor(one, device=self.device) for one in targets)
        names, owners = np.unique(sets or [""] * len(texts), return_inverse=True)
        set_bias = torch.nn.Parameter(
            torch.zeros(len(names), self.heads.out_features, device=self.device)
        )
        on_top = [*self.heads.parameters(), *([set_bias] if sets else [])]
        groups = [([*self.model.parameters()], course.rates[0]), (on_top, course.rates[1])]
        descent = Optimiser(
            groups, course.epochs * -(-len(numbers) // course.batch), course.warm_up
        )
        lengths = np.array([len(one) for one in numbers])
        self.model.train()
        for _ in range(course.epochs):
            for batch in batches(lengths, course.batch, source):
                logits = self.logits([numbers[place] for place in batch], DROPOUT)
                loss = torch.nn.functional.binary_cross_entropy_with_logits(
                    logits + set_bias[owners[batch]], wanted[batch], reduction="none"
                )
                weight = weights[batch]
                descent.step((loss * weight).sum() / weight.sum().clamp(min=1))

    def answers(self, texts: Sequence[str]) -> Floats:
        """Return log-odds, float32 (texts, heads)."""
        numbers = self.tokeniser.numbers(texts)
        lengths = np.array([len(one) for one in numbers])
        made = np.zeros((len(texts), self.heads.out_features), dtype=np.float32)
        order = np.argsort(-lengths, kind="stable")
        self.model.eval()
        with self.torch.inference_mode():
            while len(order):
                count = max(1, TOKENS_AT_ONCE // int(lengths[order[0]]))
                batch, order = order[:count], order[count:]
                made[batch] = self.logits([numbers[place] for place in batch]).cpu().numpy()
        return made


class Optimiser:
    """AdamW with a learning rate that rises during warm-up and then falls linearly to zero.

    ``groups`` are lists of parameters, each with its learning rate.
    """

    def __init__(self, groups: Sequence[tuple[list[Any], float]], steps: int, warm_up: int) -> None:
        import torch  # noqa: PLC0415 (only in this environment)

        self._clip = torch.nn.utils.clip_grad_norm_
        self._parameters = [one for parameters, _ in groups for one in parameters]
        self._descent = torch.optim.AdamW(
            [{"params": parameters, "lr": rate} for parameters, rate in groups], weight_decay=0.01
        )
        self._pace = torch.optim.lr_scheduler.LambdaLR(
            self._descent, lambda step: min(1.0, (step + 1) / warm_up) * max(0.0, 1 - step / steps)
        )

    def step(self, loss: Any) -> None:
        """Take one step."""
        self._descent.zero_grad()
        loss.backward()
        self._clip(self._parameters, 1.0)
        self._descent.step()
        self._pace.step()


def batches(
    lengths: NDArray[np.int64], size: int, source: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield places of texts of similar length, the batches in random order."""
    order = source.permutation(len(lengths))
    made = []
    for start in range(0, len(order), size * 50):
        chunk = order[start : start + size * 50]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        made += [chunk[first : first + size] for first in range(0, len(chunk), size)]
    for number in source.permutation(len(made)):
        yield made[number]
