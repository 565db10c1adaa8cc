"""Look-alike characters that fold to Latin letters: a small table kept by hand.

It covers the Cyrillic, Greek and Latin-extended letters whose usual glyph is that of a Latin
letter (the idea of Unicode TS 39, without its full table). Compatibility forms (full width,
mathematical, circled) need no entry: NFKD folds them.
"""

from __future__ import annotations

_PAIRS = (
    # Cyrillic
    "аa вb еe ѐe кk мm нh оo рp сc тt уy хx іi їi јj ѕs ԁd ԛq ԝw һh ӏl пn иu зz ёe гr лl дd ьb ѵv "
    # Greek
    "αa βb εe ηn ιi κk νv οo ρp σo ςs τt υu χx ωw γy ζz "
    # Latin letters without a decomposition, and phonetic look-alikes
    "ıi łl øo đd ħh ŧt ðd þp ɑa ɡg ɩi ɪi ʏy ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ᴢz ʟl "
    "ʙb ɢg ʜh ꜰf əe ɐa ɔc ɯm ʇt ʌv "
    # signs that stand for a letter
    "€e £l ¢c ¡i "
    # quotation marks and dashes to one form
    "’' ‘' ʼ' `' “\" ”\" «\" »\" –- —- ‐- ‑- …."
)

CONFUSABLES: dict[str, str] = {pair[0]: pair[1:] for pair in _PAIRS.split()}
"""Maps one folded character to the Latin letter (or plain sign) that it imitates."""
