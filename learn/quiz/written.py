"""Written questions that can be asked as they are: one plain sentence, in the reports' words, about nothing unnamed."""

import re

from ingest.analysis import stems, words
from learn.quiz.source import Source, Spot

SHORTEST, LONGEST = 6, 18  # words
OVERLAP = 0.4  # the share of a question's stems that its answer holds
BEGIN = re.compile(
    r"(?:(?:Aan|Bij|Binnen|Door|In|Met|Na|Naar|Onder|Op|Over|Sinds|Tot|Tussen|Uit|Van|Vanaf|Volgens|Voor) "
    r"(?:wat|hoe|hoeveel|wie|welke?|wanneer)|Wat|Waarom|Hoe|Hoeveel|Wie|Welke?|Wanneer|Waar\w*)\b"
)
MARKS = re.compile(r"[:.;,!\"“”()]")
# Words that point at something outside the question, or at a place in the report and not at its subject.
POINTING = frozenset(
    """ik je jij jou jouw we wij ons onze mijn mij me ze zij hun hen hij hem haar u uw jullie dit dat deze die daar hier
    daarvan daarbij daarmee daarover daardoor hiervan hierbij toen nou nu eigenlijk ook zoiets men iemand anderen nog
    citaat quote hoofdstuk paragraaf bijlage criterium indicator aanbeveling deelvraag onderzoeksvraag figuur gezinslid
    voorbeeld voorbeelden casus conclusie laatste kader thema thema's zulke zo'n allemaal toch precies""".split()
)


def best_question(source: Source, spot: Spot) -> tuple[str, float] | None:
    """Return the plainest written question on a sentence and how much of it the sentence holds (0 to 1), or None."""
    found = [
        (question, overlap(question, spot)) for question in source.questions_on(spot) if _is_plain(source, question)
    ]
    close = [pair for pair in found if pair[1] >= OVERLAP]
    return min(close, key=lambda pair: (-pair[1], len(pair[0]), pair[0]), default=None)


def overlap(question: str, spot: Spot) -> float:
    """Return the share of the question's stems that the sentence holds."""
    asked = frozenset(stems(question))
    return len(asked & spot.stems) / len(asked) if asked else 0.0


def _is_plain(source: Source, question: str) -> bool:
    said = words(question)
    if not BEGIN.match(question) or not question.endswith("?") or MARKS.search(question):
        return False
    if not SHORTEST <= len(said) <= LONGEST or POINTING & set(said):
        return False
    return all(stem in source.index.common for stem in stems(question))
