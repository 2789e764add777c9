"""From a question and the turns before it to a question that means something alone.

By rules, and by what the last reply quoted: another place takes the place of the one before, an ordinal means that
quote, "nog een voorbeeld" asks for what was not shown yet, and a question with words enough of its own is a new one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.records import Turn
from ingest.analysis import STOP_WORDS, content_words, fold, stems
from ingest.lexicon import Lexicon
from ingest.sentences import sentence_spans

LONGEST_QUESTION = 2000
LONG_MESSAGE = 700  # characters from which the question in a message is looked for
# Content words: with fewer a question leans on the turn before, or does if it points back.
ALWAYS_LEANS, MAY_LEAN = 4, 7
NEW_TOPIC = 5  # words that a question without a pointer needs to be a new one
# Stems that name no subject: "wat raden de inspecties aan" is about what was talked of.
GENERAL = frozenset(
    stems(
        """raden aanraden aanbevelen aanbeveling aanbevelingen advies inspectie inspecties rapport rapporten onderzoek
        zeggen zegt staat staan vinden voorbeeld voorbeelden cijfers gemeente gemeenten mensen gezinnen ouders cliënten
        precies eigenlijk verder meestal vaak beter goed fout mis gaat oplossing oorzaak gevolg belangrijk nodig"""
    )
)
REPLY_WORDS = 60
POINTS_BACK = re.compile(
    r"^(?:en|maar|ook|of|waarom|hoezo|nog (?:een|meer)|welke)\b"
    r"|\b(?:daar\w*|dat|die|dit|deze|dan|ze|zij|hij|hun|ervan)\b",
    re.IGNORECASE,
)
MORE = re.compile(r"\bnog (?:een|meer|zo(?:'n| een|iets)?|wat|andere)\b|\b(?:ander|andere) voorbeeld", re.IGNORECASE)
BACK_TO = re.compile(
    r"\bterug naar\b|\beven terug\b|\bnog even over\b|\bik bedoel(?:de)? (?:net|eerder)\b", re.IGNORECASE
)
ORDINALS = {"eerste": 0, "tweede": 1, "derde": 2, "vierde": 3, "vijfde": 4, "laatste": -1}
ORDINAL = re.compile(r"\b(?:de|het|die|dat|nummer) (" + "|".join(ORDINALS) + r")\b(?: ([\w'-]+))?")
# An ordinal means a quote where no other noun stands behind it: "het eerste gesprek" is a gesprek, not a quote.
MEANS_A_QUOTE = STOP_WORDS | frozenset(
    """aanbeveling advies antwoord betekent bron citaat deel eigenlijk genoemde passage precies punt quote regel staat
    tip uitspraak voorbeeld zegt zin""".split()
)
QUOTED = re.compile(r'"([^"\n]{15,})" \[(\d+)\]')
MARKER = re.compile(r"\[\d+\]|\*\*[^*]+\*\*")
ONLY_A_PLACE = re.compile(
    r"^(?:en|maar|ook|hoe|zit|is|was|dat|het|dan|daar|in|bij|voor|van|de|gemeente|regio|rapport|uit|volgens|zegt|wat|doet|doen|ze|"
    r"daarover|hierover|landelijk|geldt|ook|staat|er|over)$"
)
ASKS = re.compile(
    r"\?\s*$|^(?:wat|wie|waar|waarom|hoe|wanneer|welke?|mag|moet|kan|kunnen|is er|zijn er|heeft|klopt|"
    r"ik (?:wil|zou) (?:graag )?weten|mijn vraag|weet)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Resolved:
    """``shown`` is the question as asked alone; ``searched`` also holds what the last reply was about.

    ``seen`` are quotes of earlier replies that the question asks others than.
    """

    shown: str
    searched: str
    seen: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Topic:
    """What a conversation is about: the question that opened it, and the last one that said something of its own."""

    root: str
    last: str = ""

    @property
    def text(self) -> str:
        return " ".join(part.rstrip(" ?") for part in (self.root, self.last) if part)


def resolve(question: str, history: Sequence[Turn], lexicon: Lexicon | None = None) -> Resolved:
    """Return the question with what the turns before add to it, where it leans on them.

    Each earlier question is resolved in its turn, so that a third "en daar?" still knows its subject. The first 60
    words of the last reply join the search: "hoe liep het af" is about what it told; the question counts twice.
    """
    names = lexicon or Lexicon()
    topics: list[_Topic] = []
    replies: list[str] = []
    for turn in history:
        if turn.role == "user":
            topics.append(_step(turn.content, topics, replies, names)[1])
        else:
            replies.append(turn.content)
    return _step(question, topics, replies, names)[0]


def _step(question: str, topics: Sequence[_Topic], replies: Sequence[str], lexicon: Lexicon) -> tuple[Resolved, _Topic]:
    """Return the question resolved, and what the conversation is about after it."""
    alone = Resolved(question, question), _Topic(question)
    if not topics:
        return alone
    topic = topics[-1]
    if BACK_TO.search(question):
        root = _earlier(question, [one.root for one in topics])
        back = Resolved(f"{root.rstrip(' ?')} {question}", f"{root} {question} {question}")
        return back, _Topic(root, question)
    quote = _ordinal(question, replies)
    if not quote and not leans(question, topic.text):
        return alone
    moved = _other_place(question, topic.root, lexicon) or _other_term(question, topic.root)
    if moved:
        return Resolved(moved, moved), _Topic(moved)
    shown = f"{topic.text} {question}"
    told = question if _own_words(question, topic.text) else topic.last
    if quote:
        means = quote if len(quote) <= 90 else quote[:90].rsplit(None, 1)[0] + " …"
        return Resolved(f"{shown} ({means})", f"{quote} {quote} {question}"), _Topic(topic.root, quote)
    seen = tuple(text for reply in replies for text, _ in QUOTED.findall(reply)) if MORE.search(question) else ()
    if seen:
        return Resolved(shown, topic.text, seen), topic
    reply = " ".join(MARKER.sub(" ", replies[-1]).split()[:REPLY_WORDS]) if replies else ""
    searched = " ".join(f"{topic.text} {reply} {question} {question}".split())
    return Resolved(shown, searched), _Topic(topic.root, told)


def leans(question: str, topic: str) -> bool:
    """Tell whether a question means little alone.

    It has few words of its own, or some and one that points back. One that points at nothing and names a subject that
    the topic does not is a new one, however short ("Wat moet ik doen bij ouderenmishandeling?").
    """
    words = len(content_words(question))
    if POINTS_BACK.search(question) or _ordinal_in(question):
        return words < MAY_LEAN
    new = _own_words(question, topic) and len(question.split()) >= NEW_TOPIC
    return words < ALWAYS_LEANS and not new


def _own_words(question: str, topic: str) -> bool:
    """Tell whether a question names a subject that the topic does not."""
    known = {*stems(topic), *GENERAL}
    return any(stem not in known for stem in stems(question))


def _other_term(question: str, topic: str) -> str:
    """Return "Wat is X?" for "En X?" after "Wat is Y?", else nothing."""
    asked = re.fullmatch(r"(?:en|of) ((?:de |het |een )?[\w'-]+(?: [\w'-]+)?)\s*\??", question.strip(), re.IGNORECASE)
    before = re.match(r"(?:wat (?:is|zijn|betekent|doet|houdt)) (?:de |het |een )?", topic, re.IGNORECASE)
    return f"{before[0]}{asked[1]}?" if asked and before and not POINTS_BACK.search(asked[1]) else ""


def _other_place(question: str, topic: str, lexicon: Lexicon) -> str:
    """Return the topic with the question's place for its own, or behind it; nothing where more than that is asked."""
    asked, before = fold(question), fold(topic)
    found = [match[0] for match in lexicon.any_name.finditer(asked)]
    rest = [word for word in re.findall(r"[\w'-]+", lexicon.any_name.sub(" ", asked)) if not ONLY_A_PLACE.match(word)]
    if not found or rest:
        return ""
    old = lexicon.any_name.search(before)
    shown = (
        [question[m.start() : m.end()] for m in lexicon.any_name.finditer(asked)]
        if len(asked) == len(question)
        else found
    )
    place = " en ".join(dict.fromkeys(shown))
    if old and len(before) == len(topic):
        return topic[: old.start()] + place + topic[old.end() :]
    return f"{topic.rstrip(' ?')} in {place}?"


def _ordinal(question: str, replies: Sequence[str]) -> str:
    """Return the quote of the last reply that an ordinal means, or nothing."""
    ordinal = _ordinal_in(question)
    quotes = [text for text, _ in QUOTED.findall(replies[-1])] if ordinal and replies else []
    place = ORDINALS.get(ordinal, 0)
    return quotes[place] if quotes and place < len(quotes) else ""


def _ordinal_in(question: str) -> str:
    """Return the ordinal by which a question means a quote, or nothing."""
    found = ORDINAL.finditer(fold(question))
    return next((match[1] for match in found if not match[2] or match[2] in MEANS_A_QUOTE), "")


def _earlier(question: str, topics: Sequence[str]) -> str:
    """Return the earlier question that shares most with this one; the first where none does."""
    asked = set(stems(question))
    shared = [len(asked & set(stems(topic))) for topic in topics]
    return topics[max(range(len(topics)), key=lambda place: (shared[place], place))] if any(shared) else topics[0]


def question_in(message: str) -> str:
    """Return the question in a long message: its asking sentences, the first with the one before it; else all of it."""
    if len(message) <= LONG_MESSAGE:
        return message
    sentences = [message[start:end].strip() for start, end in sentence_spans(message)]
    asking = [place for place, sentence in enumerate(sentences) if ASKS.search(sentence)]
    if not asking:
        return message
    kept = sorted({max(0, asking[0] - 1), *asking})
    return " ".join(" ".join(sentences[place].split()) for place in kept)


def questions_in(message: str) -> list[str]:
    """Return the questions of a message that each stand alone; one where they lean on each other."""
    sentences = [message[start:end].strip() for start, end in sentence_spans(message)]
    if len(sentences) < 2 or not all(sentence.endswith("?") for sentence in sentences):
        return [message]
    alone = all(len(content_words(s)) >= ALWAYS_LEANS and not POINTS_BACK.search(s) for s in sentences[1:])
    return sentences if alone and len(sentences) <= 3 else [message]


def shortened(question: str) -> tuple[str, bool]:
    """Return the question, cut at a word where it is longer than 2,000 characters, and whether it was cut."""
    if len(question) <= LONGEST_QUESTION:
        return question, False
    return question[:LONGEST_QUESTION].rsplit(None, 1)[0], True
