"""The parts of a parsed policy: clauses, word lists, rules and the settings around them."""

from __future__ import annotations

from dataclasses import dataclass

OUTCOMES = ("approve", "review", "reject")
SEVERITY = {outcome: place for place, outcome in enumerate(OUTCOMES)}
MODES = ("post", "pre")
WORD_LISTS = ("banned", "suspect")

# Ids of reasons that no rule gives; no rule of an editor may take one.
UNSCORED = "unscored"
UNTRAINED = "untrained-language"
PRE = "pre-moderation"
DEFAULT = "default"
TOO_LONG = "too-long"
ERROR = "error"
# Ids of reasons to hold a comment that the policy approves.
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
    """One problem of a document: its path (`rules[2].when[0].value`) and a sentence."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class PolicyError(ValueError):
    """The document is not a valid policy; `errors` lists every problem, in its order."""

    def __init__(self, errors: list[PolicyProblem]) -> None:
        self.errors = errors
        super().__init__("; ".join(str(problem) for problem in errors[:20]))


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered clause of the policy: public text, and guidance that only moderators see.

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
    """When all conditions are met, the outcome follows, by the clause.

    A shadow rule is recorded and decides nothing. `sections` limits the rule to these sections.
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
    """Words that lead to an outcome by themselves, by the clause.

    With the outcome "" they are only counted, as the facts `banned_words` and `suspect_words`.
    """

    name: str
    clause: str
    outcome: str
    words: tuple[str, ...]
    shadow: bool = False
