"""Words that change what the words around them mean, and how they are told apart."""

from __future__ import annotations

from classifiers.identity import IDENTITY_TERMS

NEGATORS = """
no not never none nobody nothing neither nor without cannot cant dont doesnt didnt isnt arent wasnt
werent wont wouldnt shouldnt couldnt hasnt havent aint hardly stop oppose against refuse wrong
false unfair
"""
"""Words that deny what follows them within `NEGATION_REACH` words."""

PERSONS = "you your youre yours yourself u ur ya youve youll"
"""Words that speak to the reader."""

DENIES, ADDRESSES, GROUP = 1, 2, 3

WORD_CLASSES: dict[int, list[str]] = {
    DENIES: NEGATORS.split(),
    ADDRESSES: PERSONS.split(),
    GROUP: list(IDENTITY_TERMS),
}
"""The words of each class; where one has several, the last counts. All others are of class 0."""

QUOTATION_MARKS = '"\u00ab\u00bb\u201c\u201d\u201e'
