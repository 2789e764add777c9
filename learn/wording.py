"""Goals and questions in a model's plainer words: never a quote, and only where code finds nothing new in them."""

import re
from collections import Counter
from dataclasses import replace

from assistant.engine import Assistant
from assistant.ground import Ground
from assistant.grounding.claim import QUOTED, take_apart
from assistant.writer_request import fenced
from assistant.writer_text import plain
from ingest.analysis import STOP_WORDS, letters, stems, words
from ingest.chat_model import ChatModel
from ingest.errors import UsageError
from ingest.prompts import load_prompt
from ingest.settings import settings
from learn.records import Item, Pack

FORMS = {"doel": "leerdoel", "gespreksvraag": "vraag voor een gesprek in een team", "quiz": "quizvraag"}
LONGEST = 400  # characters
# What our own texts of learning material are made of: a rewording may use these words without the passage.
DIDACTIC = frozenset(
    stems(
        """afloop uitleggen noemen benoemen vertellen herkennen toepassen voorbeeld eigen woorden team collega werk
        praktijk rapport inspectie verwachten verwacht weten leren oefenen bespreken vraag antwoord cursus training
        situatie gezin concreet stap waaraan hoe wat waarom wanneer"""
    )
)
# What turns a meaning when it comes or goes.
TURNS = frozenset(
    "niet geen nooit zonder moet moeten kan kunnen mag mogen hoeft hoeven altijd soms alle alleen".split()
)


def reworded(pack: Pack, model: ChatModel, ground: Ground) -> tuple[Pack, int, int]:
    """Return the pack with its goals, discussion questions and open quiz questions reworded, and how many were kept
    and how many refused. An item in a model's words says so (``wording``); a refused one stays as it was.

    :raises ModelError: the model does not answer.
    """
    prompt = load_prompt("learning_wording")
    items, kept, refused = [], 0, 0
    for item in pack.items:
        if not _may_be_reworded(item):
            items.append(item)
            continue
        passage = item.sources[0].quote.passage
        messages = prompt.filled(form=FORMS[item.part], passage=fenced(passage.text), text=fenced(item.text))
        said = model.whole(messages, settings().model_seconds)
        if said == item.text:
            items.append(item)
        elif fault(item, said, ground):
            items.append(item)
            refused += 1
        else:
            items.append(replace(item, text=said, wording="model"))
            kept += 1
    return pack.with_items(tuple(items)), kept, refused


def reword(pack: Pack, assistant: Assistant) -> tuple[Pack, int, int]:
    """Return what ``reworded`` does with the model of the settings.

    :raises UsageError: no model is set, or it cannot be used.
    :raises ModelError: it does not answer.
    """
    if not settings().model:
        raise UsageError(
            "rewording needs a chat model: set VRAAGBAAK_MODEL, as in ollama:NAME or openai:NAME",
            "Er is geen taalmodel ingesteld.",
        )
    return reworded(pack, ChatModel(settings()), Ground(assistant.index, assistant.corpus))


def _may_be_reworded(item: Item) -> bool:
    own = item.wording in ("vraagbaak", "vragenbank")
    return own and bool(item.sources) and item.part in FORMS and item.form in ("", "open")


def fault(item: Item, said: str, ground: Ground) -> str:
    """Return why a rewording of an item's text may not stand, or nothing.

    Every quotation stays letter for letter and none is added; numbers, names and laws stand in the passage; words that
    turn a meaning neither come nor go; and each other word is the item's, the passage's or a word of teaching.
    """
    passages = [source.quote.passage for source in item.sources]
    if "\n" in said or not 10 <= len(said) <= LONGEST or plain(said) != said:
        return "is geen gewone regel"
    if said.endswith("?") != item.text.rstrip().endswith("?"):
        return "is geen vraag meer, of is er een geworden"
    if _quotations(said) != _quotations(item.text):
        return "heeft andere woorden tussen aanhalingstekens"
    before, after = QUOTED.sub(" ", item.text), QUOTED.sub(" ", said)
    if _turns(before) != _turns(after):
        return "zegt het sterker, zwakker of andersom"
    known = {stem for text in (item.text, *(p.text for p in passages)) for stem in stems(text)} | DIDACTIC
    strange = [word for word in words(after) if word not in STOP_WORDS and not known.issuperset(stems(word))]
    if strange:
        return f"heeft een nieuw woord: {strange[0]}"
    markers = "".join(f" [{number}]" for number in range(1, len(passages) + 1))
    return ground.refuted(take_apart(re.sub(r"[.?!]*$", "", after) + markers), passages)


def _quotations(text: str) -> Counter[str]:
    return Counter(letters(match[0]) for match in QUOTED.finditer(text))


def _turns(text: str) -> Counter[str]:
    return Counter(word for word in words(text) if word in TURNS)
