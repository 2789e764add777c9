"""Goals and questions in a model's words: what is kept, what is refused, over real HTTP; never a quote."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.engine import Assistant
from assistant.ground import Ground
from ingest.chat_model import ChatModel
from ingest.settings import Settings
from learn.pack import make_pack
from learn.records import Item, Pack, Wish
from learn.wording import fault, reworded
from tests.conftest import CORPUS
from tests.model_servers import Request, model_server, says


@pytest.fixture(scope="module")
def pack(assistant: Assistant) -> Pack:
    return make_pack(assistant, Wish("1Gezin1Plan1Regisseur", parts=("doel", "gespreksvraag", "goed_voorbeeld")))


@pytest.fixture(scope="module")
def ground(assistant: Assistant) -> Ground:
    return Ground(assistant.index, CORPUS)


@pytest.fixture
def goal(pack: Pack) -> Item:
    return next(item for item in pack.of("doel") if item.text.startswith("Na afloop kunt u"))


def own_words(item: Item) -> str:
    return item.text[: item.text.index("“")]


def test_other_words_of_teaching_are_kept(goal: Item, ground: Ground) -> None:
    assert fault(goal, goal.text.replace("Na afloop kunt u", "Na deze training kunt u"), ground) == ""


def test_what_is_new_turned_or_misquoted_is_refused(goal: Item, ground: Ground) -> None:
    said = goal.text
    assert fault(goal, said.replace("kunt u", "moet u"), ground) == "zegt het sterker, zwakker of andersom"
    assert fault(goal, said.replace("“", "“Altijd ", 1), ground) == "heeft andere woorden tussen aanhalingstekens"
    assert fault(goal, said.replace("Na afloop", "Na deze olifant"), ground) == "heeft een nieuw woord: olifant"
    assert fault(goal, said.replace("Na afloop", "Na 12 weken"), ground).startswith("heeft een nieuw woord: 12")
    assert fault(goal, said.rstrip(".") + "?", ground) == "is geen vraag meer, of is er een geworden"
    assert fault(goal, f"**{said}**", ground) == "is geen gewone regel"
    assert fault(goal, f"{said}\n{said}", ground) == "is geen gewone regel"


def test_a_pack_is_reworded_marked_and_its_quotes_left_alone(pack: Pack, ground: Ground) -> None:
    def reply(request: Request) -> object:
        text = request["messages"][-1]["content"].split("<tekst>\n")[1].split("\n</tekst>")[0]
        lies = text.startswith("“") or "?" in text
        return says(text.replace("?", " in Amsterdam?") if lies else text.replace("Na afloop", "Na deze training"))

    with model_server(reply) as server:  # type: ignore[arg-type]
        found, kept, refused = reworded(pack, ChatModel(Settings(**server.settings("openai"))), ground)
    changed = [(a, b) for a, b in zip(pack.items, found.items, strict=True) if a != b]
    assert kept == len(changed) > 0 and refused > 0
    assert {b.part for _, b in changed} <= {"doel", "gespreksvraag"}
    assert all(b == replace(a, text=b.text, wording="model") for a, b in changed)
    assert found.of("goed_voorbeeld") == pack.of("goed_voorbeeld")
    assert "Amsterdam" not in str([item.text for item in found.items])


def test_without_a_model_the_command_says_what_to_set(vraagbaak: object, index: Path, tmp_path: Path) -> None:
    done = vraagbaak(  # type: ignore[operator]
        "learn", "pack", "--theme", "regie", "--reword", "--out", tmp_path, VRAAGBAAK_INDEX=str(index)
    )
    assert done.returncode == 2
    assert done.stderr == (
        "vraagbaak: rewording needs a chat model: set VRAAGBAAK_MODEL, as in ollama:NAME or openai:NAME\n"
    )
