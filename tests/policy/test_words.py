"""Word lists and patterns: whole words in any script, no traps, no text that makes them slow."""

from __future__ import annotations

import pytest

from moderation.policy import evaluate
from moderation.policy.comment_text import CommentText
from moderation.policy.patterns import Pattern, PatternError
from moderation.policy.word_lists import MAX_SPANS, WordError, WordIndex, read_entry
from tests.cost import processor_seconds
from tests.policy.documents import facts, policy, rule, words


def found(entry: str, body: str) -> list[str]:
    """What a list of this one entry marks in the body."""
    hit = WordIndex({"banned": [entry]}).find(CommentText(body)).get("banned")
    return [body[start:end] for start, end in hit.spans] if hit else []


@pytest.mark.parametrize(
    ("entry", "body", "marked"),
    [
        ("tulip", "A tulip.", ["tulip"]),
        ("tulip", "TULIP, Tulip; (tulip)", ["TULIP", "Tulip", "tulip"]),
        ("TULIP", "a tulip", ["tulip"]),
        ("tulip", "_tulip_ *tulip* #tulip", ["tulip"] * 3),
        ("tulip", "tulip's", ["tulip"]),
        ("tulip*", "tulips and tulipomania", ["tulips", "tulipomania"]),
        ("tul*", "tul", ["tul"]),
        ("dead tulip", "dead, tulip; dead  TULIP", ["dead, tulip", "dead  TULIP"]),
        ("dead tulip*", "a dead tulips bed", ["dead tulips"]),
        ("don't", "don't", ["don't"]),
        ("тюльпан", "Это ТЮЛЬПАН!", ["ТЮЛЬПАН"]),
        ("тюльпан*", "много тюльпанов", ["тюльпанов"]),
        ("école", "l'ÉCOLE", ["ÉCOLE"]),
        ("école", "e\u0301cole", ["e\u0301cole"]),
        ("straße", "STRASSE", ["STRASSE"]),
        ("tulip", "ｔｕｌｉｐ", ["ｔｕｌｉｐ"]),
        ("tulip", "a 𝐭𝐮𝐥𝐢𝐩!", ["𝐭𝐮𝐥𝐢𝐩"]),
        ("tulip", "tu\u200blip", ["tu\u200blip"]),
        ("tulip", "t\u00adu\u2060l\ufe0fip ok", ["t\u00adu\u2060l\ufe0fip"]),
        ("हिन्दी", "यह हिन्दी है", ["हिन्दी"]),
        ("ﬁne", "fine", ["fine"]),
    ],
)
def test_a_word_is_found_where_a_reader_sees_it(entry, body, marked):
    assert found(entry, body) == marked


@pytest.mark.parametrize(
    ("entry", "body"),
    [
        ("cunt", "Scunthorpe"),
        ("ass", "a classic assessment by the assistant"),
        ("tit", "title, Titus, constitution"),
        ("tulip", "tulips"),
        ("tulip*", "a xtulip"),
        ("dead tulip", "dead red tulip"),
        ("dead tulip", "dead"),
        ("cole", "école"),
        ("tulip", "tulip\u0301"),
        ("हि", "हिन्दी"),
        ("пан", "тюльпан"),
    ],
)
def test_a_part_of_a_word_is_no_word(entry, body):
    assert found(entry, body) == []


@pytest.mark.parametrize(
    "entry", ["", "  ", "*", "!!", "tu*lip", "*tulip", "ab*", "a!*", "x" * 101, "a " * 11, "\u200b"]
)
def test_it_refuses_entries_that_match_nothing_or_everything(entry):
    with pytest.raises(WordError):
        read_entry(entry)


def test_spans_are_marked_up_to_a_limit_and_counted_beyond():
    hit = WordIndex({"banned": ["ab"]}).find(CommentText("ab " * 500))["banned"]
    assert (hit.number, len(hit.spans)) == (500, MAX_SPANS)


def test_both_lists_are_found_in_one_pass():
    index = WordIndex({"banned": ["tulip"], "suspect": ["tulip", "rose"]})
    hits = index.find(CommentText("tulip rose"))
    assert {name: hit.number for name, hit in hits.items()} == {"banned": 1, "suspect": 2}


def test_a_banned_word_rejects_by_its_clause():
    verdict = evaluate(words("tulip"), facts(body="What a tulip."))
    assert (verdict.outcome, verdict.clauses) == ("reject", ("no-abuse",))
    assert verdict.reasons[0].rule == "banned-words"
    assert verdict.reasons[0].words == ((7, 12),)


@pytest.mark.parametrize(
    ("body", "links"),
    [
        ("no link here. e.g. this, i.e. that, at 10.30", 0),
        ("He said stop.It is late", 0),
        ("https://a.example/x and http://b.example", 2),
        ("www.harbour.example", 1),
        ("harbour.com, harbour.org/x", 2),
        ("bit.ly/abc", 1),
        ("hTTps://A.example", 1),
        ("harbour．com", 1),
        ("har\u200bbour.com", 1),
        ("", 0),
    ],
)
def test_links_are_counted(body, links):
    assert facts(body=body).links == links


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("(?=a)b", "Look-ahead is not supported"),
        ("(?!a)b", "Look-ahead is not supported"),
        ("(?<=a)b", "Look-behind is not supported"),
        (r"(a)\1", "invalid escape"),
        ("a{1,2000}", "invalid repetition"),
        ("(", "missing )"),
        ("(" * 400 + "a" + ")" * 400 + "{999}{999}", "refused"),
        ("a" * 1001, "longer than 1,000"),
        (".*", "would match every comment"),
        ("(a|)", "would match every comment"),
        ("^$", "would match every comment"),
        (" ", "is empty"),
        (r"((\p{L}{1,30}){1,30}){1,9}", "too large|repetition"),
    ],
)
def test_patterns_that_cannot_work_are_refused_in_words(source, words):
    with pytest.raises(PatternError, match=words.replace(")", r"\)")):
        Pattern(source)


@pytest.mark.parametrize("source", ["(a+)+$", "(a|aa)+$", "(.*a){20}b", "([a-z]+)*!"])
def test_no_pattern_hangs(source):
    judged = policy(rule(("pattern", "matches", source)))
    body = "a" * 10_000 + "?"
    assert processor_seconds(lambda: evaluate(judged, facts(body=body))) < 1
    assert evaluate(judged, facts(body=body)).error == ""


def test_a_pattern_sees_through_disguise_and_marks_the_original():
    judged = policy(rule(("pattern", "matches", "tulip")))
    assert evaluate(judged, facts(body="a TULIP")).reasons[0].words == ((2, 7),)
    body = "é ｔｕ\u200bｌｉｐ!"
    (span,) = evaluate(judged, facts(body=body)).reasons[0].words
    assert body[slice(*span)] == "ｔｕ\u200bｌｉｐ"


@pytest.mark.parametrize(
    "body",
    [
        "a" + "\u0301" * 39_000,
        "\ufdfa" * 10_000,
        "tulip " * 6_000,
        "\u200b" * 39_000,
        "😀" * 10_000,
        "\ud800tulip\udfff",
        "ᄀ" + "ᅡ" * 20_000,
        "." * 39_000,
        "a." * 19_000,
    ],
)
def test_hostile_texts_are_read_in_bounded_time(body):
    judged = words("tulip", "dead tulip*", "roses are red")
    assert processor_seconds(lambda: evaluate(judged, facts(body=body))) < 1
    verdict = evaluate(judged, facts(body=body))
    assert verdict.error == ""
    assert (verdict.outcome == "reject") == ("tulip" in body)
    assert facts(body=body).links >= 0
