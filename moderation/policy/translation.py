"""Translation without Django: every sentence of this package passes through these functions.

They return English until `install` hands over the functions of a translation library, which
`moderation.apps` does with Django's. `makemessages` collects the sentences by the functions' names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


def _english(message: str) -> str:
    return message


def _english_plural(singular: str, plural: str, number: int) -> str:
    return singular if number == 1 else plural


_translate: Callable[[str], str] = _english
_translate_plural: Callable[[str, str, int], str] = _english_plural


def install(
    gettext: Callable[[str], str] = _english,
    ngettext: Callable[[str, str, int], str] = _english_plural,
) -> None:
    """Translate by these functions from now on; without arguments, go back to English."""
    global _translate, _translate_plural
    _translate, _translate_plural = gettext, ngettext


def gettext(message: str) -> str:
    """Return a sentence in the reader's language."""
    return _translate(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form of a sentence that fits the number, in the reader's language."""
    return _translate_plural(singular, plural, number)


def gettext_noop(message: str) -> str:
    """Mark the English text of a constant for collection; `gettext` translates it where it is used.

    A constant is made when Python imports the module, before anybody's language is known.
    """
    return message


def list_and(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence: "a, b and c"."""
    return _list(parts, gettext("%(start)s and %(last)s"))


def list_or(parts: Sequence[str]) -> str:
    """Return parts as a choice in a sentence: "a, b or c"."""
    return _list(parts, gettext("%(start)s or %(last)s"))


def list_plain(parts: Sequence[str]) -> str:
    """Return parts one after the other: "a, b, c"."""
    return _list(parts, gettext("%(start)s, %(next)s").replace("%(next)s", "%(last)s"))


def _list(parts: Sequence[str], last_pair: str) -> str:
    """Join parts from the left by patterns, as the Unicode CLDR does: a language orders them."""
    if not parts:
        return ""
    start, *following = parts
    for part in following[:-1]:
        start = gettext("%(start)s, %(next)s") % {"start": start, "next": part}
    return last_pair % {"start": start, "last": following[-1]} if following else start


def quoted_list(parts: Sequence[str]) -> list[str]:
    """Return each part in quotation marks."""
    return [gettext("“%(text)s”") % {"text": part} for part in parts]


def capitalised(text: str) -> str:
    """Return a phrase as a sentence begins: with a capital letter."""
    return text[:1].upper() + text[1:]
