"""How long judging takes: `python -m tests.policy.bench`. Prints the figures, asserts nothing."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable

from moderation.policy import DEFAULT_DOCUMENT, SIGNALS, CompiledPolicy, Facts, evaluate, parse
from tests.policy.documents import words

MILD = dict.fromkeys(SIGNALS, 0.1)
TYPICAL = (
    "I think the council is right to build the tunnel, but they ought to tell us what it costs. "
    "The ferries have served this town for eighty years, and it's a pity that nobody asked the "
    "people who use them every day. My neighbour, for one, doesn't drive at all."
)
CYRILLIC = "Думаю, совет прав, но пусть скажут нам, сколько это стоит городу. " * 4


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The fastest of seven runs, per round."""
    fastest = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(rounds):
            work()
        fastest = min(fastest, (time.perf_counter() - start) / rounds)
    return fastest


def report(name: str, policy: CompiledPolicy, body: str, rounds: int = 2_000) -> None:
    """Print what judging this body takes, fresh facts and reading each time."""
    facts = Facts(body=body, signals=MILD, author_approved=5)
    outcome = evaluate(policy, facts).outcome
    taken = seconds(lambda: evaluate(policy, facts), rounds)
    print(f"{name:44} {len(body):6} characters  {outcome:8} {taken * 1e6:10.1f} µs")


def large_list(size: int) -> list[str]:
    """Made-up words, phrases and stems, always the same ones."""
    maker = random.Random(7)
    made = [
        "".join(maker.choices(string.ascii_lowercase, k=maker.randint(5, 12))) for _ in range(size)
    ]
    return [
        f"{word} {made[place - 1]}" if place % 5 == 0 else f"{word}*" if place % 5 == 1 else word
        for place, word in enumerate(made)
    ]


def main() -> None:
    """All figures."""
    default = parse(DEFAULT_DOCUMENT)
    report("default policy, typical comment", default, TYPICAL)
    report("default policy, curly quotes", default, TYPICAL.replace("'", "’"))
    report("default policy, Cyrillic", default, CYRILLIC)
    report("default policy, a suspect word", default, TYPICAL + " Bullshit.")
    report("default policy, 10,000 characters", default, (TYPICAL * 40)[:10_000], 100)
    entries = large_list(100_000)
    start = time.perf_counter()
    large = words(*entries)
    print(f"{'reading a policy with 100,000 words':44} {time.perf_counter() - start:37.2f} s")
    report("100,000 words, typical comment", large, TYPICAL)
    report("100,000 words, a word of the list", large, f"{TYPICAL} {entries[2]}")
    report("100,000 words, 10,000 characters", large, (TYPICAL * 40)[:10_000], 100)
    report("100,000 words, 10,000 ligatures U+FDFA", large, "\ufdfa" * 10_000, 20)


if __name__ == "__main__":
    main()
