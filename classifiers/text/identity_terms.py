"""Lists nouns and adjectives for groups of people; one placeholder replaces them in features.

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
serb serbs serbian serbians croat croats croatian croatians bosnian bosnians bosniak bosniaks
slovak slovaks slovenian slovenians slovene slovenes czech czechs bulgarian bulgarians macedonian
macedonians kosovar kosovars kosovan montenegrin montenegrins slav slavs slavic latvian latvians
lithuanian lithuanians estonian estonians belarusian belarusians moldovan moldovans georgian
georgians chechen chechens azerbaijani azerbaijanis azeri azeris uzbek uzbeks kazakh kazakhs tajik
tajiks turkmen mongolian mongolians tibetan tibetans uyghur uyghurs uighur uighurs nepali nepalis
nepalese bhutanese burmese rohingya cambodian cambodians khmer laotian laotians hmong malay malays
malaysian malaysians indonesian indonesians javanese singaporean singaporeans taiwanese cantonese
tamil tamils punjabi punjabis bengali bengalis gujarati gujaratis sinhalese lankan lankans saudi
saudis yemeni yemenis omani omanis kuwaiti kuwaitis qatari qataris emirati emiratis jordanian
jordanians bahraini libyan libyans tunisian tunisians berber berbers maghrebi sudanese eritrean
eritreans tigrayan tigrayans ugandan ugandans rwandan rwandans tutsi tutsis hutu hutus congolese
angolan angolans zimbabwean zimbabweans zambian zambians malawian malawians tanzanian tanzanians
ghanaian ghanaians senegalese gambian gambians malian malians cameroonian cameroonians ivorian
ivorians liberian liberians leonean leoneans yoruba igbo hausa zulu xhosa bantu malagasy mauritian
mauritians colombian colombians venezuelan venezuelans peruvian peruvians ecuadorian ecuadorians
bolivian bolivians chilean chileans argentinian argentinians argentine uruguayan uruguayans
paraguayan paraguayans guatemalan guatemalans honduran hondurans salvadoran salvadorans nicaraguan
nicaraguans panamanian panamanians dominican dominicans jamaican jamaicans trinidadian
trinidadians barbadian barbadians guyanese caribbean maori maoris samoan samoans tongan tongans
fijian fijians papuan papuans hawaiian hawaiians inuit inuits cherokee cherokees navajo navajos
sami basque basques catalan catalans portuguese dutch belgian belgians swiss austrian austrians
swede swedes swedish norwegian norwegians dane danes danish finn finns finnish icelandic
icelanders spaniard spaniards englishman englishmen irishman irishmen irishwoman frenchman
frenchmen frenchwoman scot scots scotsman welshman dutchman chinaman briton britons scandinavian
scandinavians shia shias shiite shiites sunni sunnis sufi sufis salafi salafis alawite alawites
ahmadi ahmadis yazidi yazidis yezidi yezidis druze copt copts coptic zoroastrian zoroastrians
parsi parsis bahai bahais jain jains taoist taoists shinto rastafarian rastafarians pentecostal
pentecostals baptist baptists methodist methodists lutheran lutherans calvinist calvinists
anglican anglicans presbyterian presbyterians adventist adventists amish mennonite mennonites
quakers jesuits hasidic haredi haredim ashkenazi sephardic semite semites wiccan wiccans agnostic
agnostics mulatto mulattos biracial multiracial mestizo mestizos creole creoles romany sinti
traveller travellers amputee amputees paraplegic paraplegics quadriplegic quadriplegics deafblind
diabetic diabetics dwarfs dwarves autist autists autistics aspergers schizophrenics epileptics
dyslexics albino albinos crossdresser crossdressers transvestite transvestites intersexual
aromantic pansexual pansexuals androgynous lesbianism pensioner pensioners retirees retiree
housewife housewives
immigrant immigrants migrant migrants refugee refugees foreigner foreigners
disabled disability disabilities blind deaf paralyzed paralysed autistic autism handicapped
wheelchair dyslexic epileptic schizophrenic bipolar
old older elderly young younger youth teenage teenager teenagers millennial millennials boomer
boomers middleaged senior seniors
"""

IDENTITY_TERMS: tuple[str, ...] = tuple(sorted(set(_TERMS.split())))
"""Folded, lower-case words that share one placeholder in every feature."""
