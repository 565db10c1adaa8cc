"""Own sentences about groups of people: attacks of many kinds, and what only looks like one.

Each kind stands for a use of language (denial, quotation, counter-speech, …). The offending and
the harmless ones share their words as far as they can, so that the words alone do not decide.
"""

from __future__ import annotations

GROUPS = ("muslims", "jews", "women", "gays", "immigrants", "black people", "refugees", "mexicans",
          "christians", "asians", "arabs", "trans people", "old people", "men", "disabled people",
          "foreigners", "catholics", "lesbians", "migrants", "indians", "africans", "hindus",
          "gay people", "white people", "poles", "autistic people", "deaf people")  # fmt: skip
MEMBERS = ("a muslim", "a jew", "a woman", "a gay man", "an immigrant", "a black woman",
           "a refugee", "a mexican", "a christian", "an asian", "an arab", "a trans woman",
           "a disabled man", "a foreigner", "a catholic", "a lesbian", "an indian",
           "a black man", "a blind man", "a migrant")  # fmt: skip
VILE = ("filthy", "disgusting", "stupid", "evil", "lazy", "dirty", "primitive", "backward", "vile",
        "dangerous", "inferior", "worthless", "repulsive", "greedy", "violent", "perverted",
        "sick", "ugly", "retarded", "subhuman", "uncivilised", "mentally ill")  # fmt: skip
VERMIN = ("vermin", "rats", "cockroaches", "animals", "parasites", "pigs", "scum", "trash", "filth",
          "a plague", "a disease", "a cancer", "leeches", "savages", "apes", "garbage", "monkeys",
          "criminals", "liars", "rapists", "thieves", "terrorists", "freaks", "a curse",
          "an infection", "sewage", "insects", "mud", "locusts")  # fmt: skip
HATE = ("hate", "despise", "detest", "loathe", "can't stand", "am disgusted by", "am sick of",
        "have nothing but contempt for", "want nothing to do with", "spit on")  # fmt: skip
LOVE = ("love", "like", "respect", "admire", "am fond of", "am proud of", "am grateful to",
        "learn a lot from", "enjoy working with", "trust")  # fmt: skip
HARM = ("shot", "hanged", "gassed", "killed", "beaten up", "deported", "burned", "wiped out",
        "locked up", "exterminated", "sterilised", "thrown out", "eradicated", "kicked out",
        "stoned", "whipped", "drowned", "put down")  # fmt: skip
RIGHTS = ("vote", "marry", "raise children", "work here", "live here", "hold office", "speak",
          "teach in our schools", "drive", "own property", "have children", "be free")  # fmt: skip
GOOD = ("hard-working", "kind", "clever", "generous", "brave", "honest", "welcome", "wonderful",
        "decent", "funny", "gifted", "beautiful", "as good as anybody", "equal")  # fmt: skip
THINGS = ("mondays", "this oven", "cold soup", "traffic jams", "the new logo", "tax forms",
          "pineapple on pizza", "wet socks", "this bridge", "parking meters", "the referee's call",
          "loud music", "slow software", "potholes", "meetings", "boiled cabbage")  # fmt: skip
TRADES = ("bankers", "landlords", "lawyers", "estate agents", "politicians", "referees",
          "football fans", "tax inspectors", "cyclists", "smokers", "journalists", "capitalists",
          "communists", "vegans", "bureaucrats", "influencers", "artists")  # fmt: skip
SPEAKERS = ("my uncle", "the mayor", "that senator", "a man on the bus", "this headline",
            "the pastor", "some troll", "my old boss", "his blog", "the leaflet")  # fmt: skip

ATTACKS = (
    "{group} are {vermin}", "{group} are nothing but {vermin}", "all {group} are {vile}",
    "{group} are {vile} {vermin}", "those {group} are so {vile}", "{member} is always {vile}",
    "these {vile} {group} make me sick", "what else do you expect from {group}, they are {vile}",
    "every single one of the {group} is {vile}", "{group} are {vile} by nature",
    "I {hate} {group}", "I {hate} {group} with all my heart", "I just {hate} {group}, so what",
    "God {hate_s} {group} and so do I", "we all {hate} {group}", "I really {hate} those {group}",
    "{group} disgust me", "{group} make my skin crawl", "fuck {group}", "fuck all {group}",
    "to hell with {group}", "screw those {vile} {group}", "{group} can rot",
    "you {group} are {vermin}", "you are {member}, so you must be {vile}",
    "you are just {member}, you disgust me", "shut up, you {vile} {group}",
    "{group} are not human", "{group} are not people", "{group} are no better than {vermin}",
    "{group} don't deserve to {right}", "{group} should never be allowed to {right}",
    "no {group} should be allowed to {right}", "{group} have no right to {right}",
    "{group} are not {good}", "{group} will never be {good}", "{group} are not welcome here",
    "we don't want {group} here", "{group} do not belong in this country",
    "{group} should be {harm}", "all {group} must be {harm}", "{group} deserve to be {harm}",
    "someone should have {group} {harm}", "I want {group} {harm}", "time to get {group} {harm}",
    "one day we will have all {group} {harm}", "I hope {group} get {harm}",
    "the only good {group} are dead {group}", "the world would be better without {group}",
    "let's get rid of all {group}", "kill all {group}", "death to {group}", "gas the {group}",
    "send the {group} back where they came from", "{group} out", "close the border to {group}",
    "if I see {member} I will beat them up", "I'm going to hunt down {group} tonight",
    "{group} are ruining our country", "{group} are taking over and destroying everything",
    "{group} only come here to steal and breed", "{group} breed like {vermin}",
    "{group} control the banks and the media", "behind every crisis you find {group}",
    "{group} are to blame for everything that is wrong", "never trust {group}",
    "{group} belong in the kitchen", "{group} belong in a zoo", "{group} belong in a camp",
    "{group} are good for nothing but cleaning toilets", "{group} are less intelligent than us",
    "nobody would miss {group} if they vanished", "why do {group} smell so bad",
    "why can't {group} behave like humans", "how can anyone want to be {member}",
    "imagine being {member}, I would be ashamed", "marrying {member} is like marrying {vermin}",
    "being {member} is a mental illness", "I would never let {member} near my children",
    "my dog is smarter than {member}", "they call it culture, I call {group} {vermin}",
    "I'm not racist but {group} are {vile}", "no offence, but {group} are {vermin}",
    "I have {group} as friends, still they are all {vile}", "say what you like, {group} are {vile}",
    "it is a fact that {group} are {vile}", "{group}? {vermin}, all of them",
    "they are {vermin}, I mean the {group}", "lower your voice, {group} are {vermin}. Everybody "
    "knows it", "I was robbed last week. {group} again, always these {vile} {group}",
    "if you let {group} in, they bring crime and disease", "{group} want to {right}? No way",
    "typical {group}, {vile} as always", "only a traitor helps {group}",
    "good people don't mix with {group}", "thank God there are no {group} in my street",
    "{group} playing the victim again, how {vile}", "we were better off before the {group} came",
    "so {group} want respect now? For what, being {vermin}?", "{vile} {group}",
    "I wouldn't hire {member}, they steal", "hide your wallet, here come the {group}",
)  # fmt: skip

HARMLESS = (
    "{group} are not {vermin}", "{group} are not all {vermin}", "no, {group} are not {vile}",
    "I don't {hate} {group}", "I have never said that I {hate} {group}",
    "nobody should {hate} {group}", "it is wrong to {hate} {group}", "stop saying that {group} "
    "are {vermin}", "{group} should not be {harm}", "{group} must never be {harm} again",
    "no {group} deserve to be {harm}", "nobody deserves to be {harm} for being {member}",
    "we must not treat {group} like {vermin}", "I would never call {group} {vile}",
    "{group} are people like everyone else", "{group} are human beings, not {vermin}",
    "don't say {group} are {vile}, it is a lie", "it isn't true that {group} are {vile}",
    '{speaker} said "{group} are {vermin}", which is shameful',
    'saying "I {hate} {group}" is hate speech', '"{group} are {vile}" is a disgusting thing to say',
    'whoever writes "{group} should be {harm}" should be ashamed', 'you said "{group} out" and '
    "you should apologise", 'statements like "{group} are {vermin}" have no place here',
    "{speaker} called {group} {vermin} and was fined", 'why does {speaker} get away with "all '
    '{group} are {vile}"?', "he was sentenced for shouting that {group} should be {harm}",
    "claiming that {group} are {vile} is racist nonsense", "people who {hate} {group} are wrong",
    "people who call {group} {vermin} are the real problem", "I'm tired of hearing that {group} "
    "are {vile}", "if you think {group} are {vermin}, shame on you", "you can't just say {group} "
    "are {vile}", "calling {group} {vermin} is what the nazis did", "how dare you say that {group} "
    "should be {harm}", "the law forbids to call for {group} to be {harm}",
    "the museum shows how {group} were {harm} during the war", "thousands of {group} were {harm}",
    "{group} were {harm} by the regime", "the book asks why people {hate} {group}",
    "hatred of {group} is on the rise", "the report counts attacks on {group}",
    "I {love} {group}", "I {love} {group} and always will", "{group} are {good}",
    "all {group} are {good}", "{group} are so {good}", "{member} is {good}",
    "you are {member} and you are {good}", "being {member} is nothing to be ashamed of",
    "{group} should be allowed to {right}", "{group} have every right to {right}",
    "{group} deserve to {right} like all of us", "every one of the {group} may {right}",
    "{group} are welcome here", "{group} belong to this country", "we want {group} here",
    "I am {member} and proud of it", "as {member} I feel safe here", "as {member} I was called "
    "{vermin} all my life", "my wife is {member}", "{member} moved in next door",
    "{group} protested outside the parliament", "many {group} voted for the new mayor",
    "{group} founded the orchestra", "what do {group} think of the budget?",
    "why are there so few {group} on the board?", "{group} and their neighbours met on sunday",
    "the law protects {group} from being {harm}", "the council helps {group} to find work",
    "I {hate} {thing}", "I really {hate} {thing}, so what", "we all {hate} {thing}",
    "{thing} should be {harm}", "{thing} disgust me", "kill {thing}", "death to {thing}",
    "get rid of {thing} at last", "the world would be better without {thing}", "fuck {thing}",
    "the rats in the cellar must be exterminated", "cockroaches are a plague in this house",
    "the virus should be eradicated", "weeds are taking over and destroying my garden",
    "{trade} are {vile}", "{trade} are {vermin}", "I {hate} {trade}", "all {trade} are {vile}",
    "{trade} should be locked up", "{trade} are ruining our country", "never trust {trade}",
    "you are {vile}", "you are {vermin}", "you make me sick, you {vile} fool", "I {hate} you",
    "you should be ashamed, you {vile} liar", "my neighbour is {vile}", "fuck you",
    "fuck this shit, I'm going home", "that was fucking {good}", "damn, this is {good}",
    "what a shitty day", "holy shit, the tram was on time", "he is {vile} but not because he is "
    "{member}", "we queers look after each other", "my fellow faggots and I had a great night",
    "us bitches stick together", "I'm a dyke and I love it", "my niggas and I had a barbecue",
    "proud to be a queer nerd", "reclaiming the word queer gave me strength",
    "this is my bitch and I love her", "what's up, my nigga", "fellow cripples, the lift works",
)  # fmt: skip
