"""Tests other languages: detection, scores, explanations, mixed batches."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from classifiers import BundleError, Classifier, Item, load
from classifiers.bundle import read_bundle, write_bundle
from classifiers.classifier import BUNDLED
from classifiers.text.language import detect_batch
from classifiers.text.tokens import read_words

ABUSIVE = {
    "de": "Du bist ein widerliches Arschloch und ein Idiot, halt dein dummes Maul",
    "ko": "이 미친 새끼는 진짜 쓰레기다 꺼져라",
    "pt": "Você é um idiota, vai tomar no cu seu filho da puta",
}
CIVIL = {
    "de": "Vielen Dank für den Bericht, ich freue mich auf die neue Straßenbahn im Frühjahr",
    "ko": "오늘 드라마 정말 재미있게 봤어요 배우님 응원합니다",
    "pt": "Obrigado pela reportagem, espero que o novo parque abra em breve para todos",
}


@pytest.mark.parametrize("language", ABUSIVE)
def test_abuse_scores_above_civil_talk(classifier: Classifier, language: str) -> None:
    bad, good = classifier.score_batch([Item(ABUSIVE[language]), Item(CIVIL[language])])
    assert (bad.language, good.language) == (language, language)
    assert bad.trained and good.trained
    assert bad.signals["toxicity"] > 0.7 > 0.4 > good.signals["toxicity"]


def test_signals_without_training_labels_are_absent(classifier: Classifier) -> None:
    for language, text in ABUSIVE.items():
        found = set(classifier.score_batch([Item(text)])[0].signals)
        trained = set(classifier.card["further_languages"][language]["heads"])
        assert found == trained | {"low_quality"}


def test_a_mixed_batch_gives_what_each_comment_gets_alone(classifier: Classifier) -> None:
    english = ["You are a pathetic moron", "Thanks for the article", "", "lol"]
    texts = [*ABUSIVE.values(), *english, *CIVIL.values(), "C'est une honte pour notre pays"] * 30
    together = classifier.score_batch([Item(text) for text in texts])
    for text, one in zip(texts[:20], together, strict=False):
        alone = classifier.score_batch([Item(text)])[0]
        assert alone.signals == pytest.approx(one.signals, abs=2e-4)
        assert alone.language == one.language


@pytest.mark.parametrize("language", ABUSIVE)
def test_explanations_sum_to_the_score_and_point_into_the_text(
    classifier: Classifier, language: str
) -> None:
    item = Item(ABUSIVE[language])
    scored = classifier.score_batch([item])[0].signals
    for signal, score in scored.items():
        made = classifier.explain(item, [signal], limit=None)
        logit = sum(one.weight for one in made)
        assert 1 / (1 + math.exp(-logit)) == pytest.approx(score, abs=2e-3)
    spans = [one for one in classifier.explain(item, ["toxicity"]) if one.end > one.start]
    assert all(one.text == item.text[one.start : one.end] for one in spans)
    assert {one.text for one in spans} <= set(item.text.replace(",", "").split())


def test_a_sign_of_no_language_is_explained_in_its_place(classifier: Classifier) -> None:
    text = "각 👍 진짜 쓰레기 같은 드라마네요"
    made = classifier.explain(Item(text), ["toxicity"])
    assert all(one.text == text[one.start : one.end] and " " not in one.text for one in made)


@pytest.mark.parametrize(
    ("language", "pattern"),
    [
        ("de", "Ich wohne neben einer Familie, sie sind {}"),
        ("pt", "Minha vizinha disse que eles são {} e gostam daqui"),
    ],
)
def test_naming_a_group_costs_nothing(classifier: Classifier, language: str, pattern: str) -> None:
    words = {"de": ("Muslime", "Juden", "Roma"), "pt": ("muçulmanos", "judeus", "negros")}
    items = [Item(pattern.format(word)) for word in words[language]]
    assert len({one.signals["toxicity"] for one in classifier.score_batch(items)}) == 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Du bist dumm", "de"),
        ("ㅋㅋㅋ 뭐야", "ko"),
        ("você não sabe nada", "pt"),
        ("no sabes nada de esto, que vergüenza", "es"),
        ("non capisco perché lo hanno fatto", "it"),
        ("je ne suis pas d'accord avec vous", "fr"),
        ("dat is toch niet waar", "nl"),
        ("nie zgadzam się z tym", "pl"),
        ("今日はとても楽しかったです", "ja"),
        ("我觉得这篇文章写得很好", "zh"),
        ("Это просто позор для всей страны", "ru"),
        ("@somebody https://example.org/a-long-way", "und"),
        ("12345 !!!", "und"),
    ],
)
def test_languages_are_told_apart_on_short_comments(text: str, language: str) -> None:
    assert detect_batch([text], read_words([text])) == [language]


def test_plain_english_does_not_wait_for_the_slow_identifier(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise AssertionError("the slow identifier was asked")

    monkeypatch.setattr("classifiers.text.language._identifier", refuse)
    texts = ["I do not think that this is true", "Das ist nicht wahr", "전혀 아니에요"]
    assert detect_batch(texts, read_words(texts)) == ["en", "de", "ko"]


def test_a_bundle_that_lacks_a_language_it_names_is_refused(tmp_path: Path) -> None:
    files, card, _ = read_bundle(BUNDLED)
    kept = {name: files[name] for name in files if name not in ("de.npz", "card.json")}
    write_bundle(tmp_path, kept, card)
    with pytest.raises(BundleError, match="lacks"):
        load(tmp_path)


def test_each_language_says_where_it_comes_from(classifier: Classifier) -> None:
    for own in classifier.card["further_languages"].values():
        assert own["figures"] and own["known_failures"]
        assert all(source["licence"] and source["tier"] in "AB" for source in own["data"])
