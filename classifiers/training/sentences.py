"""Own templated sentences for what the data sets hardly teach: threats, sexual talk,
spam, attacks on groups, and that "you are" is no insult.

Each template has a counterpart that uses the same words without the offence, so that the words
alone do not decide. They are written for this project and are in the public domain with it.
"""

from __future__ import annotations

import itertools
import random
import re

from classifiers.training.attacks import CLAIMS, TEMPLATES, WORDS
from classifiers.training.threats import (
    BODY,
    COCK,
    HOLE,
    HURT,
    HURTFUL,
    KINDLY,
    ONE,
    WHEN,
    WHO,
)

_KIND = ("pleasant", "kind", "good", "fair", "careful", "brave", "clever", "tall", "new", "young",
         "regular", "local", "honest", "busy", "lucky", "happy", "patient", "wonderful", "great",
         "retired")  # fmt: skip
_NEIGHBOUR = (
    "neighbour",
    "writer",
    "teacher",
    "reader",
    "doctor",
    "driver",
    "cook",
    "friend",
    "councillor",
    "cyclist",
    "student",
    "journalist",
    "person",
    "nurse",
    "tenant",
)
_RUDE = (
    "stupid",
    "pathetic",
    "dumb",
    "disgusting",
    "brainless",
    "ugly",
    "worthless",
    "ignorant",
    "ridiculous",
    "miserable",
    "lying",
    "spineless",
    "clueless",
    "arrogant",
    "vile",
)
_FOOL = ("idiot", "moron", "fool", "liar", "loser", "clown", "coward", "imbecile", "hypocrite",
         "pig", "rat", "halfwit", "scumbag", "creep", "jerk", "cretin")  # fmt: skip

_INSULTS = (
    "You are a {rude} {fool}",
    "you're nothing but a {rude} {fool}",
    "What a {rude} {fool} you are",
    "Only a {fool} could write this",
    "shut up you {rude} {fool}",
    "The author is a {fool}",
    "{fool}",
    "You {rude} {fool}, go back to school",
    "You people are all {rude}",
    "How {rude} can you be",
    "Are you really this {rude} or do you pretend",
    "he is a {rude} {fool} and so are you",
    "Your brain must be {rude}",
)
_NO_INSULTS = (
    "You are a {kind} {neighbour}",
    "you're a {kind} {neighbour} and I thank you",
    "What a {kind} {neighbour} you are",
    "Only a {neighbour} could write this",
    "The author is a {neighbour}",
    "You are right about the tram",
    "You make a {kind} point",
    "Are you a {neighbour} yourself?",
    "How {kind} of you",
    "he is a {kind} {neighbour} and so are you",
    "Are you coming to the meeting?",
    "You should read the report again, it says something else",
    "I think you are mistaken about the cost",
    "Your {neighbour} told me that you are away",
    "You people of the town hall have done a {kind} job",
    "Can you explain this to me?",
    "Do you know when the library opens?",
)

_WARE = ("loans", "essays", "sneakers", "watches", "pills", "followers", "crypto signals",
          "casino bonus", "seo services", "iphone", "gift cards", "forex training",
          "weight loss tea", "spell caster services", "cheap flights")  # fmt: skip
_LINK = ("http://best-{ware}.example", "www.{ware}-deal.example", "https://bit.example/x7Gq",
         "http://{ware}4u.example/ref=99", "my profile", "whatsapp +1 555 0100",
         "telegram @{ware}team", "the link in my bio", "{ware}now.com")  # fmt: skip
_SPAM = (
    "I make $500 a day working from home, click {link}",
    "Buy cheap {ware} here {link}",
    "Earn money online fast! Visit {link}",
    "Check out my channel and subscribe please",
    "Get free {ware} now >> {link}",
    "Hello everyone, I got my husband back thanks to Dr Great, contact {link}",
    "Best {ware} with 80% off, order now {link}",
    "my neighbour's sister makes $87 an hour on the laptop, go to {link}",
    "Do you need an urgent loan at 2% interest? Contact {link}",
    "Follow me and I follow you back, {link}",
    "I invested with Mrs Smith and earned 9,000 in a week, reach her on {link}",
    "CLICK HERE {link} for {ware}",
    "Limited offer! {ware} discount code SAVE50 {link}",
    "Great post. Visit my site for {ware}: {link}",
    "Win a free {ware}, just sign up at {link}",
)
_NOT_SPAM = (
    "The council's own figures are at https://council.example/budget and they say otherwise",
    "I subscribe to this paper and I still think the article is wrong",
    "Source: www.statistics.example/table4, page 12",
    "People who work from home pay more for heating",
    "Check out what the minister said last year before you judge",
    "My channel of choice for news is still the radio",
    "Cheap {ware} made abroad are killing local shops",
    "A loan at 2% interest would have saved the theatre",
    "I watched the video and the mayor never said that",
    "Please follow the rules of the road, cyclists included",
    "He made $500 a day as a consultant, on our taxes",
    "Free buses would help more people than free parking",
    "Here is the full report: https://report.example/2024.pdf",
    "They should visit the site before they vote on it",
    "You can order the book in any shop, it is worth it",
)

Labels = dict[str, tuple[float, float]]

_NO_KIND = {"identity_attack": (0.0, 0.3), "threat": (0.0, 0.3)}
_CALM: Labels = {"toxicity": (0.0, 0.5), "severe_toxicity": (0.0, 0.3), "insult": (0.0, 0.3)}

_THREAT: Labels = {"threat": (1.0, 0.5), "toxicity": (1.0, 0.5), "severe_toxicity": (1.0, 0.5)}
_ATTACK: Labels = {"identity_attack": (1.0, 0.3), "toxicity": (1.0, 0.15)}
_NO_ATTACK: Labels = {"identity_attack": (0.0, 0.3)}
_NO_HARM = _NO_ATTACK | {
    "toxicity": (0.0, 0.1),
    "severe_toxicity": (0.0, 0.1),
    "insult": (0.0, 0.1),
}

_KINDS: tuple[tuple[Labels, tuple[str, ...], int], ...] = (
    (_THREAT, TEMPLATES["threats"], 2400),
    ({"threat": (0.0, 0.5), **_CALM}, TEMPLATES["no_threats"], 2400),
    ({"sexual": (1.0, 1.0), "toxicity": (1.0, 0.3)}, TEMPLATES["sexual"], 700),
    ({"sexual": (0.0, 1.0), **_CALM}, TEMPLATES["not_sexual"], 700),
    ({"insult": (1.0, 1.0), "toxicity": (1.0, 0.5), **_NO_KIND}, _INSULTS, 600),
    ({**_CALM, "insult": (0.0, 1.0), **_NO_KIND}, _NO_INSULTS, 600),
    (_ATTACK, TEMPLATES["asserted"], 5400),
    (_ATTACK, TEMPLATES["outbursts"], 3600),
    (_ATTACK, TEMPLATES["slurs"], 500),
    (_NO_HARM, TEMPLATES["reversed"], 3200),
    (_NO_HARM, TEMPLATES["unoffending"], 3800),
    (_NO_HARM, TEMPLATES["harmless"], 5400),
    (_NO_HARM, TEMPLATES["of_things"], 900),
    (_NO_ATTACK | {"toxicity": (1.0, 0.2)}, TEMPLATES["rude"], 800),
    (_NO_ATTACK, TEMPLATES["own_words"], 250),
    ({"spam": (1.0, 1.0)}, _SPAM, 600),
    ({"spam": (0.0, 1.0)}, _NOT_SPAM, 600),
)
"""What each kind of sentence teaches (target, weight), its templates, how many are made."""

_SLOTS: dict[str, tuple[str, ...]] = WORDS | {
    "who": WHO, "one": ONE, "when": WHEN, "hurt": HURT, "hurt_ed": WORDS["harm"],
    "hurtful": HURTFUL, "kindly": KINDLY, "body": BODY, "cock": COCK, "hole": HOLE, "kind": _KIND,
    "neighbour": _NEIGHBOUR, "rude": _RUDE, "fool": _FOOL,
    "hate_s": ("hates", "despises", "abhors"), "ware": _WARE,
}  # fmt: skip


def _filled(template: str, source: random.Random) -> str:
    """Fill a template's slots at random, and vary case and ending a little."""
    words = {name: source.choice(choices) for name, choices in _SLOTS.items()}
    link = source.choice(_LINK).format(ware=words["ware"].replace(" ", ""))
    text = template.format(link=link, **words).strip()
    style = source.random()
    text = text.upper() if style < 0.06 else text + "!" * int(style * 3) if style > 0.6 else text
    return text[0].upper() + text[1:] if source.random() > 0.4 else text


_VIOLENT = re.compile(
    r"\{kill\}|kill |(?<!rather )die\b|\b(?:dead|death|rope|gas|beat)\b|fear for|come for"
)
_UNSURE = re.compile(r"\{harm\}|camp|vanish|weapons|fear is|stayed away")
"""Templates of attacks that announce or wish violence, and those that may, by the word drawn."""


def _threat(template: str) -> Labels:
    """Return whether an attack on a group is a threat as well."""
    if _VIOLENT.search(template):
        return {"threat": (1.0, 0.2)}
    return {} if _UNSURE.search(template) else {"threat": (0.0, 0.1)}


def own_sentences(seed: int = 0) -> list[tuple[str, Labels, str]]:
    """Return (text, labels, template) of the sentences; same seed, same sentences, each once.

    Where a template is a claim within a frame, the claim alone is returned.
    """
    source = random.Random(seed)
    made: dict[str, tuple[Labels, str]] = {}
    for labels, templates, amount in _KINDS:
        for template in itertools.islice(itertools.cycle(templates), amount):
            threat = _threat(template) if labels is _ATTACK else {}
            text = _filled(template, source)
            made.setdefault(text, (labels | threat, CLAIMS.get(template, template)))
    return [(text, labels, template) for text, (labels, template) in sorted(made.items())]
