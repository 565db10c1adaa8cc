"""Lists common insults and swear words, written by hand; masked words are guessed from them."""

from __future__ import annotations

_WORDS = """
fuck fucking fucked fucker fuckers shit shitty bullshit bitch bitches cunt cunts dick dicks ass
asshole assholes asses bastard bastards prick pricks cock cocks pussy whore whores slut sluts twat
wanker wankers damn goddamn crap douche douchebag dumbass jackass motherfucker motherfucking
retard retarded retards faggot faggots fag fags nigger niggers nigga spic kike tranny
idiot idiots idiotic moron morons moronic stupid stupidity dumb imbecile imbeciles fool fools
loser losers pathetic scum filth trash garbage vermin parasite parasites coward cowards liar liars
pig pigs disgusting ignorant clown clowns creep creeps freak freaks pervert perverts pedo pedos
psycho lunatic nutjob nutcase dimwit halfwit cretin dunce buffoon jerk jerks piss pissed
tits boobs penis vagina anal blowjob jerkoff kill die
"""

INSULTS: frozenset[str] = frozenset(_WORDS.split())
"""Folded, lower-case words."""

ORDERED: tuple[str, ...] = tuple(_WORDS.split())
"""The same words, likeliest first."""
