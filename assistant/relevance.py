"""How well a sentence answers a question, by the words that they share."""

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from ingest.analysis import ngrams, stems

ASKS_WHAT_TO_DO = re.compile(
    r"\b(?:wat (?:doe|moet|kan|mag)|hoe (?:doe|moet|kan|krijg|zorg|ga|pak|voorkom|hou))\b", re.IGNORECASE
)
TELLS_TO_DO = re.compile(
    r"\b(?:moet(?:en)?|dien(?:t|en)|zorg(?:en|t)|noodzakelijk|nodig|van belang|eerst)\b", re.IGNORECASE
)
ASKS_WHAT_IT_IS = re.compile(
    r"^(?:wat (?:is|zijn|betekent|houdt|bedoelen|verstaan)|leg\w* uit wat)\b|\bbetekenis van\b", re.IGNORECASE
)
TELLS_PROFESSIONALS = re.compile(
    r"\b(?:professionals?|hulpverleners?|regisseurs?|medewerkers?)\b.{0,30}"
    r"\b(?:moet|moeten|dient|dienen|houdt|zorgt|bewaakt)\b",
    re.IGNORECASE,
)
TELLING = 1.3  # a sentence that says what must be done answers "wat doe ik" better than one that only notes something
TELLING_YOU = 1.45  # and best one that says what a professional must do


class Relevance:
    """Scores sentences for one question: rare words in common weigh most.

    :param frequency: in how many passages each stem stands.
    :param passages: how many passages there are.
    """

    def __init__(self, question: str, frequency: Mapping[str, int], passages: int) -> None:
        self.what_to_do = ASKS_WHAT_TO_DO.search(question) is not None
        self.what_it_is = ASKS_WHAT_IT_IS.search(question) is not None
        self.weights = {stem: math.log(1 + passages / (1 + frequency.get(stem, 0))) for stem in set(stems(question))}
        self.grams = frozenset(ngrams(question))

    def __call__(self, text: str) -> float:
        """Return 0 to 1 (to 1.45 for telling a professional what to do): half by stems, half by n-grams in common."""
        found, grams = _terms(text)
        total = sum(self.weights.values()) or 1.0
        by_stem = sum(weight for stem, weight in self.weights.items() if stem in found) / total
        by_gram = len(self.grams & grams) / max(1, len(self.grams))
        score = 0.5 * by_stem + 0.5 * by_gram
        if not self.what_to_do:
            return score
        if TELLS_PROFESSIONALS.search(text):
            return score * TELLING_YOU
        return score * TELLING if TELLS_TO_DO.search(text) else score


@lru_cache(maxsize=50_000)
def _terms(text: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(stems(text)), frozenset(ngrams(text))
