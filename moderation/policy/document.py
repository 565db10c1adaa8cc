"""A policy as it is once read: clauses, word lists, rules, and what holds otherwise."""

from __future__ import annotations

from dataclasses import dataclass

OUTCOMES = ("approve", "review", "reject")
SEVERITY = {outcome: place for place, outcome in enumerate(OUTCOMES)}
MODES = ("post", "pre")
WORD_LISTS = ("banned", "suspect")

# Ids under which the policy itself speaks; no rule of an editor may take one.
UNSCORED = "unscored"
UNTRAINED = "untrained-language"
PRE = "pre-moderation"
DEFAULT = "default"
TOO_LONG = "too-long"
ERROR = "error"
# Ids under which what stands around the policy holds a comment that it would let pass.
PREMODERATED = "story-premoderated"
DAMAGED = "classifier-damaged"
AUTHOR = "author-held"
WORD_RULES = {name: f"{name}-words" for name in WORD_LISTS}
RESERVED = frozenset(
    (
        UNSCORED,
        UNTRAINED,
        PRE,
        DEFAULT,
        TOO_LONG,
        ERROR,
        PREMODERATED,
        DAMAGED,
        AUTHOR,
        *WORD_RULES.values(),
    )
)


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One thing that is wrong with a document: where (`rules[2].when[0].value`), and in words."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class PolicyError(ValueError):
    """A document that cannot judge; `errors` holds every problem, in the document's order."""

    def __init__(self, errors: list[PolicyProblem]) -> None:
        self.errors = errors
        super().__init__("; ".join(str(problem) for problem in errors[:20]))


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered sentence of the policy: public text, and guidance that moderators alone see.

    `cite` tells whether a moderator may reject a comment by it.
    """

    id: str
    number: str
    title: str
    text: str
    guidance: str = ""
    cite: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a fact: `Condition("off_topic", "at_least", 0.9)`."""

    fact: str
    comparison: str
    value: float | int | bool | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """All conditions together lead to the outcome, in the name of a clause.

    A shadow rule is recorded and decides nothing. `sections`, when given, limits it to them.
    """

    id: str
    clause: str
    when: tuple[Condition, ...]
    outcome: str
    shadow: bool = False
    sections: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class WordList:
    """Words that lead to an outcome by themselves, in the name of a clause.

    With the outcome "" they only count, as the facts `banned_words` and `suspect_words`.
    """

    name: str
    clause: str
    outcome: str
    words: tuple[str, ...]
    shadow: bool = False
