"""Dutch lexical analysis: what of a text is matched.

bm25s brings a tokeniser, but it drops tokens of one character, so the numbers in "wijk 3" and "2,5%" (measured; the
reports count in such numbers). Stems join geeft and geven; character n-grams within words join compounds
(veiligheidsplan, veiligheidsplannen, plan) and forgive typing errors.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

TOKEN = re.compile(r"\d+(?:[.,:-]\d+)*%?(?![^\W\d_])|[^\W_]+(?:['’][^\W_]+)*")
ACCENT = re.compile("[\u0300-\u036f]")
NGRAM_LENGTHS = (4, 5)
STOP_WORDS = frozenset(
    """aan al alle alles als altijd ben bent bij binnen buiten daar daarbij dan dat de deze die dit doe doen doet door
    dus een eens en er ervan ging gaan gaat geen geweest goed graag had hadden heb hebben hebt heeft hem hen het hier
    hij hoe hun ik in is je jij jou jouw kan kon kun kunnen maar me mee meer men met mij mijn moest moet moeten mocht
    mag na naar niet nog nou nu of om omdat ons onze ook op over per precies te ten ter toch toen tot u uit uw van veel
    via voor waar waarbij waarom wanneer want waren was wat we wel welk welke werd werden wie wij wil willen word worden
    wordt zal ze zeg zelf zich zij zijn zo zoals zou zouden""".split()
)


def fold(text: str) -> str:
    """Return the text in lower case without accents and with straight quotes: how everything is compared."""
    plain = text.lower().replace("’", "'").replace("‘", "'")
    return plain if plain.isascii() else ACCENT.sub("", unicodedata.normalize("NFKD", plain))


def words(text: str) -> list[str]:
    """Return the words and numbers of the text in order, folded: "2,5%", "0-100" and "1g1p1r" stay whole."""
    return TOKEN.findall(fold(text))


def content_words(text: str) -> list[str]:
    """Return the words without function words; numbers stay."""
    return [word for word in words(text) if word not in STOP_WORDS]


def stems(text: str) -> list[str]:
    """Return the stems of the content words (Snowball, Kraaij-Pohlmann)."""
    found: list[str] = _stemmer().stemWords(content_words(text))
    return found


def ngrams(text: str) -> list[str]:
    """Return the character 4- and 5-grams of each content word, its edges marked; shorter words whole."""
    grams: list[str] = []
    for word in content_words(text):
        marked = f"_{word}_"
        for length in NGRAM_LENGTHS:
            grams += [marked[i : i + length] for i in range(max(1, len(marked) - length + 1))]
    return grams


@lru_cache(maxsize=20_000)
def letters(text: str) -> str:
    """Return the text's letters and digits in lower case without HTML tags: what quotes are compared by."""
    return re.sub(r"[\W_]+", "", re.sub(r"</?[a-z][^<>]{0,80}>", " ", text).lower())


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("dutch")
