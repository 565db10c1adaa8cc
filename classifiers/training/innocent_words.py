"""Lists innocent words and names that contain a swear word or are one letter away from one.

Written by hand. Words on this list are known, so they are never taken for disguises (the Scunthorpe
problem).
"""

from __future__ import annotations

_WORDS = """
scunthorpe penistone clitheroe lightwater shitterton cockermouth cockfosters cockburn dickinson
dickson dickens dickerson dickie dickey hancock hitchcock babcock woodcock peacock alcock glasscock
cockerel cocker cockpit cocktail cocktails cockroach cockroaches cockatoo cockney cockle shuttlecock
weathercock stopcock petcock gamecock moorcock wilcock adcock laycock leacock
analysis analyst analysts analyses analytics analogy analog analogue banal canal canals annals
arsenal arsenic arsenault arson parse parsed sparse coarse hoarse hearse
assess assessed assesses assessment assessments asset assets assassin assassins assassination
assault assaulted assemble assembly assent assert asserted assertion assign assigned assignment
assist assistance assistant assists associate associated association assume assumed assumes
assuming assumption assurance assure assured class classes classic classical classy classify
classroom glass glasses grass grassroots bass brass mass massive massachusetts massage pass passage
passed passenger passes passing passion passive passport compass compassion embarrass embarrassed
embarrassing harass harassed harassment lass lasso molasses sassy cassette bassist hassle tassel
ambassador embassy cassandra bassett hassan nassau assad assange cassidy vassal
therapist therapists therapy rapist grape grapes drape drapes scrape scraped trapeze
sussex essex wessex middlesex sextant sexton sextet sextuple unisex
title titles subtitle titan titanic titanium tithe titular entitled entity identity quantity
constitution institution constituency petition competition appetite titter titus tito
shiitake shitake shih mishit shitzu shihtzu
matsushita yoshito hoshino fukuoka fukushima fukuda fuchs fuchsia fuji fujitsu
pushing bushing ambushing cushion pussycat pussyfoot pussywillow
buttress butter butterfly button buttons rebuttal buttock buttermilk
cumin cumulative cumulus cumbersome cucumber document documents circumstance circumvent accumulate
cummings cumberland cumbria succumb incumbent encumber
hoare horehound shore whorl hooker
spicy spice spices auspicious suspicious suspicion conspicuous despicable hospice spicer
raccoon tycoon cocoon coonan
niger nigeria nigerian niggle niggling niggard snigger sniggered denigrate
fagan fagin faggin pfaff
scrap scraps scrappy scrapbook crape
dike dyke dykes vandyke klondike
wang wank swank swanky wankel
prickly prickle pricked
titmouse blackcock bluetit
hello shell shelley hellenic michelle othello
kumquat kuntz kunz kunta kinte cuntz
basement basic bastardise bastille bastion lambaste
pissarro pisces pisa pistachio mississippi
butte butts abbott
damned damnation amsterdam madam adam
rectum rectangle rector spectrum director
erection direction election selection
sodom soda sodium episode
weiner weiners wiener dong ding dongle
vaginal virginia regina angina
dumbledore dumbbell dumbo dumbarton dumfries
morong moroni moronta
idiom idioms idiomatic idiosyncratic
cliton clinton
schmuck shuck shucks chuck chucks buck bucks duck ducks luck lucky muck puck ruck suck tuck truck
sheet sheets shift shifts shirt shirts shot shut ship ships skit spit slit
bench beach batch botch birch pitch witch ditch hitch itch stitch switch
count counts county country cant can't aunt hunt runt punt stunt grunt
whole whose where wore shore chore
slot slots slat slate slug plus
"""

INNOCENT: frozenset[str] = frozenset(word for word in _WORDS.split() if word.isalpha())
"""Folded, lower-case words."""
