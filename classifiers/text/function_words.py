"""Lists the function words of languages: articles, pronouns, prepositions, auxiliaries.

Written from general knowledge. They are compared folded (no accents, no capitals, no apostrophes).
"""

from __future__ import annotations

FUNCTION_WORDS: dict[str, str] = {
    "en": (
        "the and of to that it for was with you this have are not they but be his what your there "
        "would their who will from if about my she he we do has been can just so all how when no "
        "these those should could its im dont than then them were because why our is a in on as "
        "at me an or by any some more most had did does only out up us her him cant doesnt isnt "
        "youre theyre thats even here where i am as is u ur"
    ),
    "de": (
        "der die das und ist nicht ich du sie wir ihr es ein eine einen einem einer auf mit von zu "
        "den dem des im sich auch aber wenn wie was wer hat haben bin bist sind sein seine war nur "
        "noch schon mal doch so als nach bei aus dass daß kein keine mich dich mir dir uns euch "
        "hier jetzt immer mehr wird werden kann oder ja nein man denn weil dann ganz vom zum zur "
        "habe hast ihre ihnen unser diese dieser dieses alle warum gegen nichts für über"
    ),
    "fr": (
        "le la les des et est pas que qui un une dans pour ce sur avec il elle ils nous vous je tu "
        "ne se au aux du plus mais ou où sont comme tout tous c'est j'ai cette ça fait bien faire "
        "être leur leurs donc même son sa ses mon ma mes on par sans quand très trop rien ces "
        "d'un d'une n'est qu'il qu'on était avez ont suis quel quelle encore aussi alors"
    ),
    "es": (
        "el la los las de que y en un una es no se por con para como más pero su sus al lo le les "
        "me te si sí ya muy todo todos este esta esto eso ese esa ser son hay así porque cuando "
        "donde nada tu mi del qué yo él ella nos ni sin sobre hace tiene está están fue era eres "
        "también puede solo mejor gente hasta ahora uno q"
    ),
    "pt": (
        "o a os as de que e não em um uma para por com do da dos das no na nos se mais como mas eu "
        "você vocês ele ela isso esse essa foi ser tem são muito já só meu minha seu sua pra pro "
        "vc tão quando porque te me gente ao até nem aí tudo todo ta tá está estou quem mano n q "
        "pq também ainda depois sem bem agora num numa pelo pela vai ter fazer"
    ),
    "it": (
        "il lo la gli le i di che e è non un una uno per con sono del della dei delle nel nella "
        "alla alle come ma si mi ti ci questo questa questi anche più cosa quando solo tutti chi "
        "fare ho hai ha sei essere perché era al da in hanno loro noi voi ai dal sul o poi se ne "
        "c'è suo sua nostro siamo proprio ancora sempre senza quindi"
    ),
    "nl": (
        "de het een en van ik je dat niet is op te zijn voor met die aan er maar om ook als dan "
        "nog wel geen wat naar heeft hebben bij uit deze door over worden wordt mijn jij wij zij "
        "jullie heel in dit we ze hij haar hun moet kan toch gewoon daar waar al zo was meer veel"
    ),
    "pl": (
        "nie to się na jest w z że do co jak ale tak o za czy po od już tylko ty ja są był przez "
        "dla bo jesteś ma mnie tego i a ze mi ci go ich jego tym być może jeszcze by pan no kto "
        "gdzie nic nas wam was bardzo teraz"
    ),
    "sv": (
        "och att det som en på är av för med den till inte har jag om ett men var sig så från du "
        "kan när ska bara nu vi här alla de i man skulle vad hur mycket eller dom blir där min "
        "din ni era också måste"
    ),
    "id": (
        "yang dan di ini itu dengan untuk tidak dari dalam akan pada juga saya ke karena ada bisa "
        "aku kamu lo gue gak yg aja kalo jangan sudah nya orang kita mereka tapi sama lagi kalau "
        "dia apa buat banyak semua lu ga udah sih emang banget"
    ),
    "tr": (
        "bir ve bu da de için ile çok ne mi mı ben sen değil ama var yok daha gibi o kadar biz "
        "siz şu her ki en olan diye sonra hiç bile olarak"
    ),
}
"""Function words of each language, separated by spaces."""
