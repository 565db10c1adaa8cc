"""The clauses of the default policy, with guidance for moderators."""

from __future__ import annotations

DEFAULT_CLAUSES: list[dict[str, object]] = [
    {
        "id": "on-topic",
        "number": "1",
        "title": "Stay on the topic of the story",
        "text": (
            "Write about what the story is about, or answer what another reader said about it. "
            "Thoughts from the side are welcome when they lead back to it."
        ),
        "guidance": (
            "Ask whether a reader of this story would see why the comment is here. Short "
            "replies (“Well said!”), jokes that fit and criticism of our coverage are on topic. "
            "Under a story on the harbour tunnel, “And what of the ferries it replaces?” is fine; "
            "“Wake up about what they put in the water” is not. Never reject for an opinion."
        ),
    },
    {
        "id": "no-abuse",
        "number": "2",
        "title": "No personal abuse",
        "text": (
            "Argue with what people say, not with who they are. We do not post insults, name-"
            "calling or mockery of other readers, of our writers, or of people in the news."
        ),
        "guidance": (
            "Harsh words about an act or an idea are allowed: “That plan is idiotic” stays. The "
            "same word about a person goes: “Only an idiot like you would back it.” Public figures "
            "must bear more: “The minister misled the council” stays."
        ),
    },
    {
        "id": "no-hate",
        "number": "3",
        "title": "No hatred against groups",
        "text": (
            "We do not post attacks on people for their origin, colour, religion, sex, gender, "
            "sexuality, age or disability, and no slurs, not even in quotation marks."
        ),
        "guidance": (
            "Naming a group is not an attack: “As a Muslim woman I felt welcome there” stays. So "
            "does criticism of a belief, a government or a movement. “People like them do not "
            "belong in this town” goes. When somebody reports a slur that they suffered, ask "
            "whether it can be told without the word."
        ),
    },
    {
        "id": "no-threats",
        "number": "4",
        "title": "No threats and no calls for violence",
        "text": (
            "We do not post threats, wishes of harm, or calls for violence against anyone, and "
            "nothing that drives people to hurt themselves."
        ),
        "guidance": (
            "“Vote them out” and “this will kill the high street” are figures of speech and stay. "
            "“Somebody should pay her a visit at night” goes. If a threat seems real, or a writer "
            "in danger, reject it and tell the editor on duty at once."
        ),
    },
    {
        "id": "clean-language",
        "number": "5",
        "title": "No swearing and no sexual content",
        "text": (
            "Keep your language fit for a newspaper that the whole family reads. We do not post "
            "obscene words, also not disguised by stars, and no sexual content."
        ),
        "guidance": (
            "Mild words in the heat of the moment (“a damn shame”) stay. Health, education and "
            "crime are reported in plain words, and readers may use them. Place names and family "
            "names can look like swearing: look twice."
        ),
    },
    {
        "id": "no-spam",
        "number": "6",
        "title": "No advertising and no spam",
        "text": (
            "We do not post advertisements, chain messages, the same text again and again, or "
            "links that do not belong to the discussion. Say what you link to, and why."
        ),
        "guidance": (
            "A link to a source or to our own archive is fine. A link to the writer's shop, "
            "channel or petition is not, unless the story is about it. Copies of one text under "
            "many stories are spam even when the text is polite."
        ),
    },
    {
        "id": "substance",
        "number": "7",
        "title": "Say something that others can read",
        "text": (
            "Write so that others can follow: in sentences, without page-long quotations, and not "
            "all in capitals. A short comment is fine; an empty one is not."
        ),
        "guidance": (
            "Do not reject for spelling, for a second language or for being brief: “Thank you for "
            "this piece.” stays. “ggggg”, rows of signs and text pasted from elsewhere go."
        ),
    },
    {
        "id": "privacy",
        "number": "8",
        "title": "Respect privacy and the law",
        "text": (
            "Do not post other people's addresses, telephone numbers or private affairs, do not "
            "pretend to be somebody else, and do not accuse anyone of a crime without a source. "
            "Use your own words; others' texts belong to them."
        ),
        "guidance": (
            "A firm's public switchboard is fine, a neighbour's number is not. While a court hears "
            "a case, ask the legal desk before you approve a comment on the accused. “He was "
            "convicted last year, as you reported” stays; “everybody knows he did it” goes."
        ),
    },
    {
        "id": "closed",
        "number": "9",
        "title": "When comments are closed",
        "text": (
            "We close a story to comments after some time, and sometimes at once, for instance "
            "out of respect for people in grief. What arrives afterwards is not posted."
        ),
        "guidance": (
            "The time of arrival decides. If a story was closed by mistake, open it and approve "
            "the comments that came in meanwhile."
        ),
    },
    {
        "id": "how-we-decide",
        "number": "10",
        "title": "What happens to your comment",
        "text": (
            "Software checks every comment against these rules, and most are posted within "
            "seconds. When the software is in doubt, a person reviews the comment before it is "
            "posted. Only the clearest cases are rejected automatically. Whenever we do not post "
            "a comment, we name the rule. When the software fails, a person decides."
        ),
        "guidance": (
            "Do not reject by this clause: it says why a comment waits for you. Read the comment "
            "before you look at the scores; they measure words, not meaning."
        ),
        "cite": False,
    },
]
