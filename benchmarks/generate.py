"""Reports as the real ones are, as many as wanted: made from their own sentences, the same ones for the same seed.

Each generated report follows the build of a real one: its sections, kinds of passage and lengths. Each sentence is a
real one of the same kind, from any report, in which the place is another, the numbers are others, and some words are
exchanged for other words of the reports or for made-up compounds. Every report brings compounds of its own, so that
the vocabulary grows with the collection, as that of real collections does. One passage in a hundred is a standard
text that other reports hold too.

Nothing is read from files: the passages go straight into the index. How fast real files are read is measured apart.
"""

import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from ingest.analysis import STOP_WORDS, TOKEN  # noqa: E402
from ingest.catalogue import load_catalogue  # noqa: E402
from ingest.passages import read_passages  # noqa: E402
from ingest.records import Heading, Passage, Report, Sentence  # noqa: E402

SEED = 20261126
EXCHANGED = 0.12  # share of the content words that become another word of the reports
COMPOUND = 0.02  # share of the content words that become a made-up compound
OWN_COMPOUNDS = 25  # made-up words that each report brings
STANDARD, STANDARD_TEXTS = 0.01, 200
HEADS = (
    "ijssel linge donk oude nieuwe hoge lage wester ooster zuider noorder bosch water heide maas rijn veen berg".split()
)
TAILS = "dorp veld rade kerk waard broek stede dam wijk hoven drecht zele beek laar loo mond horst".split()
Part = tuple[Report, tuple[Heading, ...], tuple[Passage, ...]]


@dataclass(frozen=True)
class Words:
    """A real sentence cut in pieces, with the places of its names, numbers and content words, and its kind of block."""

    pieces: tuple[str, ...]
    names: tuple[int, ...]
    numbers: tuple[int, ...]
    content: tuple[int, ...]
    block: str


class Material:
    """What reports are made from: the real reports, their sentences by kind, and their words."""

    def __init__(self, corpus: Path) -> None:
        self.real: list[Part] = [(report, *read_passages(corpus, report)) for report in load_catalogue(corpus)]
        where = " ".join(f"{report.place} {report.region}" for report, _, _ in self.real)
        places = set(re.findall(r"[A-Z]\w{3,}", where))
        self.sentences: dict[tuple[str, str], list[Words]] = {}
        vocabulary: set[str] = set()
        for _, _, passages in self.real:
            for passage in passages:
                for sentence in passage.sentences:
                    words = _words(passage.quote(sentence), sentence.block, places)
                    self.sentences.setdefault((passage.kind, sentence.block), []).append(words)
                    vocabulary.update(words.pieces[place] for place in words.content)
        self.vocabulary = sorted(word for word in vocabulary if word.islower())
        self.firsts = [word for word in self.vocabulary if 4 <= len(word) <= 9]


def _words(text: str, block: str, places: set[str]) -> Words:
    pieces: list[str] = []
    end = 0
    for match in re.finditer(r"\b\d+\b|\b[^\W\d_]+\b", text):
        pieces += [text[end : match.start()], match[0]]
        end = match.end()
    pieces.append(text[end:])
    words = range(1, len(pieces), 2)
    return Words(
        tuple(pieces),
        tuple(n for n in words if pieces[n] in places),
        tuple(n for n in words if pieces[n].isdigit()),
        tuple(n for n in words if len(pieces[n]) > 4 and pieces[n].islower() and pieces[n] not in STOP_WORDS),
        block,
    )


def generated(material: Material, many: int, seed: int = SEED) -> Iterator[Part]:
    """Yield generated reports until they hold ``many`` passages in all."""
    standard = random.Random(seed).sample([p for _, _, found in material.real for p in found], STANDARD_TEXTS)
    number = 0
    while many > 0:
        part = _report(material, standard, number, many, random.Random(seed * 1_000_003 + number))
        yield part
        many -= len(part[2])
        number += 1


def _report(material: Material, standard: Sequence[Passage], number: int, most: int, chance: random.Random) -> Part:
    real, headings, passages = material.real[number % len(material.real)]
    place = (chance.choice(HEADS) + chance.choice(TAILS)).capitalize()
    own = [chance.choice(material.firsts) + chance.choice(material.firsts) for _ in range(OWN_COMPOUNDS)]
    name = f"gen-{number:06}"
    report = replace(
        real, id=name, title=f"Het lokale netwerk na Veilig Thuis: {place} ({number})", place=place, region="",
        file=f"{name}.txt", sha256=f"{number:064x}",
    )  # fmt: skip
    made: list[Passage] = []
    begin = 0
    for model in passages[:most]:
        if chance.random() < STANDARD:
            model = chance.choice(standard)
            texts = [(model.quote(s), s.block) for s in model.sentences]
        else:
            texts = [(_sentence(material, model.kind, s.block, place, own, chance), s.block) for s in model.sentences]
        made.append(_passage(name, model, texts, begin))
        begin = made[-1].end + 2
    return report, headings, tuple(made)


def _sentence(material: Material, kind: str, block: str, place: str, own: Sequence[str], chance: random.Random) -> str:
    words = chance.choice(material.sentences[kind, block])
    pieces = list(words.pieces)
    for n in words.names:
        pieces[n] = place
    for n in words.numbers:
        pieces[n] = str(chance.randrange(10 ** len(pieces[n])))
    for n in words.content:
        luck = chance.random()
        if luck < COMPOUND:
            pieces[n] = chance.choice(own)
        elif luck < COMPOUND + EXCHANGED:
            pieces[n] = chance.choice(material.vocabulary)
    return "".join(pieces)


def _passage(report: str, model: Passage, texts: Sequence[tuple[str, str]], begin: int) -> Passage:
    """Return a passage of these sentences that stands at ``begin`` in its report, its letters as they are there."""
    text = " ".join(sentence for sentence, _ in texts)
    sentences: list[Sentence] = []
    start = 0
    for sentence, block in texts:
        end = start + len(sentence)
        sentences.append(Sentence(start, end, ((begin + start, begin + end),), block))
        start = end + 1
    span = (begin, begin + len(text))
    name = f"{report}:{span[0]}-{span[1]}"
    return Passage(name, report, model.kind, model.section, (span,), text, tuple(sentences))


def vocabulary_size(parts: Iterator[Part]) -> int:
    """Return how many different words the passages hold."""
    return len({word for _, _, passages in parts for p in passages for word in TOKEN.findall(p.text.lower())})


if __name__ == "__main__":
    for part in generated(Material(PROJECT / "corpus"), int(sys.argv[1]) if len(sys.argv) > 1 else 5):
        for passage in part[2]:
            print(f"[{passage.id}] {passage.kind}: {passage.text}\n")
