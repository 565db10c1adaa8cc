"""Lists innocent words and names that contain, or nearly are, a swear word, for tests only.

Chosen apart from the list that the text path knows; some of them are on both.
"""

INNOCENT_WORDS = """
Scunthorpe Penistone Clitheroe Lightwater Shitterton Cockermouth Cockfosters Essex Sussex Middlesex
Wessex Arsenal Assam Assisi Bassano Nassau Passau Sassari Massachusetts Assiniboine Titicaca
Dickinson Dickson Dickens Dickerson Hancock Hitchcock Babcock Woodcock Peacock Alcock Cockburn
Cockerell Wilcox Laycock Leacock Cummings Cumberland Cumbria Kuntz Kunz Kunst Butts Butterworth
Sexton Weiner Wang Dong Hooker Fuchs Fukuda Fukuyama Fukushima Yoshito Matsushita Takeshita Mishima
Bastian Bastien Bastille Cassandra Cassidy Assange Hassan Hasselhoff Pissarro Titus Tito Othello
Hellmann Shelley Michelle Nigel Nigeria Niger Montenegro Spicer Raccoon Tycoon Faggiani Fagan Dyke
Vandyke Klondike Scrapbook Gaylord Gayle Lynch Slough Virginia Regina Angina Pakistan
analysis analyst annals banal canal therapist grape drape scrape trapeze assassin assess assets
assignment associate assume assure class classic glass grass mass passage embarrass harassment
molasses cassette ambassador embassy bassoon brass compass cocktail cockpit cockroach cockatoo
shuttlecock weathercock peacocks cockney title subtitle titan entity identity quantity constitution
appetite titration shiitake sushi pushing cushion ambush buttress butterfly rebuttal button
cucumber document accumulate cumulative circumstance incumbent shore whorl spicy suspicious
despicable hospice conspicuous niggle niggardly snigger denigrate scrap skyscraper prickly
swanky titmouse hello shellfish basement bastion rectum rectangle director election erection episode
dumbbell idiom idiosyncratic bitcoin bitumen habit orbit rabbit exhibition arbiter ditch pitcher
witch kitchen stitch switch duck luck truck chuckle bucket buckle puck suckle sheet shift shirt
ship shut count country county discount aunt haunt hunt hunter punter slot slat slate slug fagot
fact flag stupendous stupor stumped maroon morose idyllic idol lozenge closer
foolscap footfall crapshoot grapple pigment pigeon spigot scumble filthiness trashy creepers
assortment asterisk asphalt aspic mascot masquerade casserole kiss missile miss dismiss Mississippi
""".split()  # noqa: SIM905 (a list of words reads best as words)

SWEARING = (
    "fuck", "shit", "cunt", "dick", "cock", "ass", "bitch", "tit", "tits", "sex", "cum", "anal",
    "rape", "rapist", "whore", "slut", "fag", "faggot", "nigger", "piss", "penis", "prick",
    "wanker", "bastard", "idiot", "moron", "stupid", "arse", "retard", "pussy", "crap",
    "hell", "damn",
)  # fmt: skip
