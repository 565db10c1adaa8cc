"""Own templated sentences for what the data sets hardly teach: threats, sexual talk,
spam, attacks on groups, and that "you are" is no insult.

Each template has a counterpart that uses the same words without the offence, so that the words
alone do not decide. They are written for this project and are in the public domain with it.
"""

from __future__ import annotations

import itertools
import random

_WHO = ("you", "your family", "your kids", "that mayor", "this reporter", "every one of you",
        "the author", "these people", "him", "her", "them", "you all")  # fmt: skip
_WHEN = ("", "tonight", "tomorrow", "soon", "one day", "when you least expect it", "next week")
_HARM = ("kill", "murder", "shoot", "stab", "hurt", "beat up", "strangle", "burn", "hang", "hunt",
         "find and kill", "cut", "run over", "destroy", "smash the face of", "slaughter",
         "put a bullet in", "break the legs of", "come for", "blow up")  # fmt: skip

_THREATS = (
    "I will {harm} {who} {when}",
    "I'm going to {harm} {who} {when}",
    "someone should {harm} {who} {when}",
    "{who} deserve to die {when}",
    "we are coming to {harm} {who} {when}",
    "watch your back, I know where you live, I'll {harm} {who}",
    "I hope somebody will {harm} {who} {when}",
    "I swear I'd {harm} {who} if I could",
    "{who} will be dead {when}",
    "let's {harm} {who} {when}",
    "I know where {who} live, sleep with one eye open",
    "if I see {who} {when} I will {harm} them",
    "gonna {harm} {who} {when}, you have been warned",
    "you better run because I'll {harm} {who}",
    "somebody ought to {harm} {who} and burn the house down",
    "just wait {when}, you will pay with your life",
    "you are going to die {when} and I will laugh",
)
_NO_THREATS = (
    "the new tax will kill small shops {when}",
    "this heat is killing me {when}",
    "police said the man tried to {harm} a neighbour",
    "the novel ends when the villain tries to {harm} the detective",
    "nobody should ever {harm} anyone",
    "I would never {harm} {who}",
    "the council wants to kill the proposal {when}",
    "the court heard how the accused threatened to {harm} his wife",
    "I'm going to visit {who} {when}",
    "we are coming to see {who} {when}",
    "I hope somebody will help {who} {when}",
    "someone should thank {who} {when}",
    "I know where you live, we went to the same school, say hello to {who}",
    "if I see {who} {when} I will say hello",
    "photographers shoot the match {when}",
    "they will shoot a film here {when}",
    "cut the budget and burn less gas {when}",
    "soldiers were killed in the attack {when}",
    "our team will beat yours {when}",
    "I will write to {who} {when}",
    "let's invite {who} {when}",
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

_GROUP = ("muslims", "jews", "women", "gays", "immigrants", "black people", "refugees", "mexicans",
          "christians", "asians", "arabs", "trans people", "old people", "men", "disabled people",
          "these people", "foreigners", "catholics")  # fmt: skip
_ATTACKS = (
    "{group} are vermin",
    "{group} are animals, not humans",
    "{group} are all criminals and liars",
    "all {group} are {rude}",
    "I hate {group}",
    "{group} should be deported {when}",
    "send the {group} back where they came from",
    "{group} do not belong in this country",
    "{group} are a disease",
    "{group} are inferior, that is a fact",
    "we must get rid of the {group}",
    "no {group} in my town, they are filthy",
    "{group} belong in the kitchen or in jail",
    "{group} control the banks and the media",
    "never trust {group}",
    "{group} are ruining our country",
    "{group} breed like rats",
    "go back to your own country, you {rude} {fool}",
)
_NO_ATTACKS = (
    "{group} are people like everyone else",
    "{group} are my neighbours and I like them",
    "many {group} work in the hospital",
    "all {group} are welcome here",
    "I love {group}",
    "{group} should be heard {when}",
    "help the {group} who came here",
    "{group} belong to this country",
    "{group} are not criminals",
    "it is wrong to say that {group} are vermin",
    "nobody should hate {group}",
    "we must get rid of prejudice against {group}",
    "more {group} in my town, good for the schools",
    "{group} voted for the new mayor",
    "typical of this paper to leave out what {group} say",
    "{group} founded the bank and the museum",
    "you can trust {group} as much as anyone",
    "the law protects {group}",
    "he attacked {group} in his speech and was fined",
    "I am proud to be one of the {group}",
)

_BODY = ("tits", "boobs", "dick", "cock", "pussy", "ass", "naked body", "nipples", "panties")
_SEXUAL = (
    "I want to have sex with {who} {when}",
    "show me your {body}",
    "send nudes {when}",
    "I'd love to lick your {body}",
    "she looks like she gives good head",
    "suck my {body} {when}",
    "I want to see {who} naked {when}",
    "nice {body}, come to bed with me {when}",
    "I bet {who} like it rough in bed",
    "I am so horny, let's fuck {when}",
    "hot singles want to sleep with you {when}",
    "what are you wearing, I want to touch your {body}",
    "grab her {body} {when}",
    "watch free porn and sex videos here {when}",
    "she should get on her knees and blow me",
)
_NOT_SEXUAL = (
    "sex education in schools starts {when}",
    "the same-sex marriage vote is {when}",
    "the sex discrimination case was settled {when}",
    "I want to have lunch with {who} {when}",
    "show me your evidence",
    "send the report {when}",
    "the report on sexual assault was published {when}",
    "nice article, come to the meeting {when}",
    "what are you talking about, I want to see the figures",
    "she gives good speeches",
    "the naked truth is that taxes rise {when}",
    "the clinic offers breast cancer screening {when}",
    "the cock crowed and the hens woke {who}",
    "gender and sex statistics are published {when}",
)

_THING = ("loans", "essays", "sneakers", "watches", "pills", "followers", "crypto signals",
          "casino bonus", "seo services", "iphone", "gift cards", "forex training",
          "weight loss tea", "spell caster services", "cheap flights")  # fmt: skip
_LINK = ("http://best-{thing}.example", "www.{thing}-deal.example", "https://bit.example/x7Gq",
         "http://{thing}4u.example/ref=99", "my profile", "whatsapp +1 555 0100",
         "telegram @{thing}team", "the link in my bio", "{thing}now.com")  # fmt: skip
_SPAM = (
    "I make $500 a day working from home, click {link}",
    "Buy cheap {thing} here {link}",
    "Earn money online fast! Visit {link}",
    "Check out my channel and subscribe please",
    "Get free {thing} now >> {link}",
    "Hello everyone, I got my husband back thanks to Dr Great, contact {link}",
    "Best {thing} with 80% off, order now {link}",
    "my neighbour's sister makes $87 an hour on the laptop, go to {link}",
    "Do you need an urgent loan at 2% interest? Contact {link}",
    "Follow me and I follow you back, {link}",
    "I invested with Mrs Smith and earned 9,000 in a week, reach her on {link}",
    "CLICK HERE {link} for {thing}",
    "Limited offer! {thing} discount code SAVE50 {link}",
    "Great post. Visit my site for {thing}: {link}",
    "Win a free {thing}, just sign up at {link}",
)
_NOT_SPAM = (
    "The council's own figures are at https://council.example/budget and they say otherwise",
    "I subscribe to this paper and I still think the article is wrong",
    "Source: www.statistics.example/table4, page 12",
    "People who work from home pay more for heating",
    "Check out what the minister said last year before you judge",
    "My channel of choice for news is still the radio",
    "Cheap {thing} made abroad are killing local shops",
    "A loan at 2% interest would have saved the theatre",
    "I watched the video and the mayor never said that",
    "Please follow the rules of the road, cyclists included",
    "He made $500 a day as a consultant, on our taxes",
    "Free buses would help more people than free parking",
    "Here is the full report: https://report.example/2024.pdf",
    "They should visit the site before they vote on it",
    "You can order the book in any shop, it is worth it",
)


def _filled(templates: tuple[str, ...], amount: int, random_source: random.Random) -> list[str]:
    made: list[str] = []
    for template in itertools.islice(itertools.cycle(templates), amount):
        thing = random_source.choice(_THING)
        link = random_source.choice(_LINK).format(thing=thing.replace(" ", ""))
        text = template.format(
            who=random_source.choice(_WHO),
            when=random_source.choice(_WHEN),
            harm=random_source.choice(_HARM),
            body=random_source.choice(_BODY),
            group=random_source.choice(_GROUP),
            kind=random_source.choice(_KIND),
            neighbour=random_source.choice(_NEIGHBOUR),
            rude=random_source.choice(_RUDE),
            fool=random_source.choice(_FOOL),
            thing=thing,
            link=link,
        ).strip()
        style = random_source.random()
        text = text.upper() if style < 0.08 else text + "!" * int(style * 4)
        made.append(text[0].upper() + text[1:] if style > 0.5 else text)
    return made


def own_sentences(seed: int = 0, amount: int = 600) -> list[tuple[str, str, float]]:
    """Return (text, signal, target) made from the templates, same seed same sentences."""
    random_source = random.Random(seed)
    kinds = (
        ("threat", _THREATS, _NO_THREATS),
        ("sexual", _SEXUAL, _NOT_SEXUAL),
        ("insult", _INSULTS, _NO_INSULTS),
        ("identity_attack", _ATTACKS, _NO_ATTACKS),
        ("spam", _SPAM, _NOT_SPAM),
    )
    made: list[tuple[str, str, float]] = []
    for signal, offending, clean in kinds:
        made += [(text, signal, 1.0) for text in _filled(offending, amount, random_source)]
        made += [(text, signal, 0.0) for text in _filled(clean, amount, random_source)]
    return sorted(set(made))
