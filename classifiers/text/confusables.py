"""Maps look-alike characters to Latin letters: a table kept by hand, and one from Unicode.

They cover the letters whose usual glyph is that of a Latin letter (Unicode TS 39). Compatibility
forms (full width, mathematical, circled) need no entry: NFKD folds them.
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

# From Unicode's confusables (TS 39, data file 15.1; licence: Unicode-3.0): after each Latin letter
# the letters of other alphabets that Unicode lists as looking like it and that no line above
# has. Alphabets that newspapers of today are written in are left out.
_LOOK_ALIKES = """
aᎪᗅꓮ
bƅᏏᏴᑲᖯᗷꓐꞵ
cᏟⲥꓚ𐐽
dᎠᏧᑯᗞᗪꓒꓓ
eҽᎬ℮ⴹꓰꬲ
fϝքᖴẝꓝꞙꬵ
gƍԍցᏀᏳᶃꓖ
hհᎻᏂᕼⲏꓧ
iᎥꙇ
jʝϳᎫᒍꓙ
kᏦⲕꓗ
lǀᏞᒪⲓⳑⵏꓡꓲ𐑃
mμϻᎷᗰⲙꓟ
nոռⲛꓠ
oօᴑⲟⵔꓳꬽ𐐬
pᏢᑭⲣꓑ
qգզⵕ
rᎡᎱᏒᖇᴦⲅꓣꭇꭈ
sƽտᏕᏚꓢ𐑈
tᎢⲧꓔ
uʋսᑌꓴꞟꭎꭒ
vᏙᐯⴸꓦ
wѡաᎳᏔꓪ
xᕁᕽⲭⵝꓫꭓ
yɣүᎩᎽᶌỿⲩꓬꭚ
zᏃꓜ
"""

# Emoji that are letters: the squared and circled ones, and the regional indicators of flags.
_EMOJI_LETTERS = {
    chr(first + place): chr(97 + place)
    for first in (0x1F150, 0x1F170, 0x1F1E6)
    for place in range(26)
}

_EMOJI_SHAPES = {
    "a": "🔺", "c": "🌙", "d": "💧", "e": "📧", "g": "👊", "i": "👁❗❕", "j": "🪝", "l": "🎸🦵🎋",
    "m": "♏", "n": "♑", "o": "⭕🔴🔵⚽🏀🍩🌕🙂", "s": "💲💰🐍", "t": "✝➕", "u": "⛎",
    "v": "✅✔💔", "x": "❌✖", "z": "⚡",
}  # fmt: skip

EMOJI_READ_AS: dict[str, str] = {
    emoji: letter for letter, shapes in _EMOJI_SHAPES.items() for emoji in shapes
}
"""Emoji that are read as a letter among letters."""

CONFUSABLES: dict[str, str] = {
    **{letter: line[0] for line in _LOOK_ALIKES.split() for letter in line[1:]},
    **_EMOJI_LETTERS,
    **{pair[0]: pair[1:] for pair in _PAIRS.split()},
}
"""Maps one folded character to the Latin letter (or plain sign) that it imitates."""
