"""Nouns and adjectives for groups of people, replaced by one placeholder before hashing.

A comment must not score higher because it names a group. The list was written from general
knowledge (religions, origins, skin colour, gender, orientation, disability, age), without
looking at any bias test set. Slurs are not in it: they are abuse and stay visible.
"""

from __future__ import annotations

_TERMS = """
gay gays lesbian lesbians homosexual homosexuals homosexuality bisexual bisexuals transgender
transgendered transgenders trans transsexual transsexuals queer queers lgbt lgbtq lgbtqia nonbinary
heterosexual heterosexuals straight hetero cisgender cis asexual intersex
male males female females man men woman women boy boys girl girls mother mothers father fathers
wife wives husband husbands lady ladies gentleman gentlemen feminist feminists feminism
muslim muslims moslem moslems islam islamic jew jews jewish judaism hebrew christian christians
christianity catholic catholics catholicism protestant protestants evangelical evangelicals
orthodox mormon mormons hindu hindus hinduism buddhist buddhists buddhism sikh sikhs atheist
atheists atheism pagan pagans zionist zionists israeli israelis israel quaker jesuit
black blacks white whites brown asian asians african africans caucasian caucasians latino latinos
latina latinas latinx hispanic hispanics native natives indigenous aboriginal aboriginals
arab arabs arabic arabian mexican mexicans mexico american americans european europeans chinese
china japanese japan korean koreans korea vietnamese filipino filipinos thai indian indians india
pakistani pakistanis pakistan bangladeshi afghan afghans iranian iranians persian persians iraqi
iraqis syrian syrians palestinian palestinians lebanese egyptian egyptians turk turks turkish
turkey kurd kurds kurdish armenian armenians russian russians ukrainian ukrainians polish pole
poles german germans french italian italians irish scottish welsh english british spanish greek
greeks albanian albanians romanian romanians hungarian hungarians gypsy gypsies roma romani
canadian canadians cuban cubans haitian haitians puerto rican ricans brazilian brazilians
nigerian nigerians somali somalis ethiopian ethiopians kenyan kenyans moroccan moroccans algerian
algerians australian australians
immigrant immigrants migrant migrants refugee refugees foreigner foreigners
disabled disability disabilities blind deaf paralyzed paralysed autistic autism handicapped
wheelchair dyslexic epileptic schizophrenic bipolar
old older elderly young younger youth teenage teenager teenagers millennial millennials boomer
boomers middleaged senior seniors
"""

IDENTITY_TERMS: tuple[str, ...] = tuple(sorted(set(_TERMS.split())))
"""Folded, lower-case words that share one placeholder in every feature."""
