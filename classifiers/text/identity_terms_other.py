"""Lists words for groups of people in other languages; English is in `identity_terms`.

Written from general knowledge, without looking at any data set. Slurs are not in them.
"""

from __future__ import annotations

_TERMS = {
    "de": """
schwul schwule schwuler schwulen lesbe lesben lesbisch lesbische homosexuell homosexuelle
homosexuellen bisexuell transsexuell queer frau frauen mann männer mädchen junge jungen mutter
mütter vater väter feminist feministin feministinnen feminismus muslim muslime muslimen muslimin
muslimisch muslimische muslimischen moslem moslems islam islamisch islamische islamischen jude
juden jüdin jüdisch jüdische jüdischen judentum christ christen christin christlich christliche
christentum katholik katholiken katholisch katholische evangelisch evangelische protestanten hindu
hindus buddhist buddhisten atheist atheisten schwarz schwarze schwarzer schwarzen weiß weiße weißen
asiat asiaten afrikaner afrikanisch afrikanische afrika araber arabisch arabische türke türken
türkin türkisch türkische türkei kurde kurden syrer syrisch afghane afghanen iraker iraner israeli
israelis israel palästinenser pole polen polnisch russe russen russisch rumäne rumänen bulgaren
italiener franzosen engländer amerikaner chinese chinesen chinesisch roma sinti ausländer
ausländerin ausländisch ausländische migrant migranten migrantinnen flüchtling flüchtlinge
flüchtlingen geflüchtete geflüchteten asylbewerber asylanten einwanderer zuwanderer behindert
behinderte behinderten behinderung blind blinde taub rollstuhl autist autisten alt alte alten
senioren rentner jugendliche jugendlichen deutsche deutscher deutschen
""",
    "pt": """
gay gays lésbica lésbicas homossexual homossexuais bissexual bissexuais trans transexual
transexuais travesti travestis queer lgbt mulher mulheres homem homens menina meninas menino meninos
garota garotas garoto garotos mãe mães pai pais feminista feministas feminismo muçulmano muçulmana
muçulmanos islã islâmico judeu judeus judia judaico cristão cristãos cristã católico católicos
católica evangélico evangélicos evangélica crente crentes umbandista candomblé ateu ateus budista
negro negros negra negras preto pretos preta pretas branco brancos branca brancas pardo pardos
indígena indígenas índio índios asiático asiáticos africano africanos árabe árabes japonês chinês
chineses coreano boliviano venezuelano venezuelanos haitiano haitianos argentino argentinos
português portugueses americano americanos nordestino nordestinos nordestina paulista baiano
baianos carioca cigano ciganos estrangeiro estrangeiros imigrante imigrantes refugiado refugiados
deficiente deficientes deficiência cego cegos surdo surdos autista autistas idoso idosos velho
velhos velha brasileiro brasileiros brasileira
""",
    "ko": """
게이 레즈비언 동성애자 동성애 양성애자 트랜스젠더 성소수자 퀴어 여자 여성 남자
남성 소녀 소년 엄마 아빠 페미니스트 페미니즘 무슬림 이슬람 유대인 기독교
기독교인 천주교 불교 불교인 개신교 흑인 백인 황인 동양인 서양인 아시아인
아프리카인 중국 중국인 일본 일본인 조선족 탈북자 베트남 베트남인 필리핀 미국인
러시아인 외국인 이민자 난민 이주민 다문화 장애인 장애 시각장애인 청각장애인
자폐 노인 청년 전라도 경상도 한국인 한국여자 한국남자
""",
}
_PARTICLES = (
    *("", "은", "는", "이", "가", "을", "를", "들", "의", "도", "에", "과", "와", "만", "로"),
    *("들은", "들이", "들을", "들의", "들도", "으로", "랑", "이랑", "한테", "에게"),
)
"""Korean particles that follow a noun without a space."""


def identity_words(language: str) -> list[str]:
    """Return the masked words of a language; none if it has no list."""
    words = _TERMS.get(language, "").split()
    if language == "ko":
        return [word + particle for word in words for particle in _PARTICLES]
    return words
