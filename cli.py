"""The command line: ``vraagbaak ingest | ask | chat``. Faults become one line here and nowhere else."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from assistant.records import Answer, Filters, Turn
from ingest.errors import UsageError, VraagbaakError
from ingest.settings import settings
from ops.commands import add_commands as add_operations


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status: 0 done, 1 broken, 2 wrongly used."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        status: int = given.run(given)
        sys.stdout.flush()
        return status
    except VraagbaakError as error:
        print(f"vraagbaak: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("vraagbaak: stopped; what was finished is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as in `vraagbaak ask … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"vraagbaak: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="vraagbaak", description="Answers questions from Dutch reports, every quote letter for letter."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    ingest = commands.add_parser("ingest", help="build the index, or bring it up to date")
    _add_folders(ingest)
    written = "first let the chat model (VRAAGBAAK_MODEL) write questions for passages with few"
    ingest.add_argument("--write-questions", action="store_true", help=written)
    ingest.set_defaults(run=_ingest)
    ask = commands.add_parser("ask", help="answer a question, or a file of them")
    ask.add_argument("question", nargs="?", help="the question, in Dutch")
    ask.add_argument("--json", action="store_true", help="print the answer object (answer.schema.json)")
    ask.add_argument("--batch", metavar="FILE", help='JSON Lines {"id", "question", "history"}; - reads standard input')
    ask.add_argument("--top", type=_positive, default=10, metavar="N", help="how many ranked passages to print (10)")
    ask.add_argument("--report", action="append", default=[], metavar="ID", help="search this report only; repeatable")
    ask.add_argument("--kind", action="append", default=[], metavar="KIND", help="search this kind only; repeatable")
    beside = "set the searched reports side by side, one lane each"
    ask.add_argument("--side-by-side", action="store_true", help=beside)
    ask.add_argument("--model", metavar="NAME", help="let this chat model write, each sentence checked (ollama:NAME)")
    ask.add_argument("--receipt", type=Path, metavar="FILE", help="also write the answer with all that it rests on")
    _add_folders(ask)
    ask.set_defaults(run=_ask)
    verify = commands.add_parser(
        "verify", help="check a receipt, or those of a conversation: does every quote still stand"
    )
    verify.add_argument("file", type=Path)
    _add_folders(verify)
    verify.set_defaults(run=_verify)
    chat = commands.add_parser("chat", help="open the chat in a browser")
    chat.add_argument("--port", type=_positive, metavar="N", help="the port on this machine (8501)")
    chat.add_argument("--no-browser", action="store_true", help="print the address without opening it")
    _add_folders(chat)
    chat.set_defaults(run=_chat)
    evaluate = commands.add_parser("eval", help="the gold question set, runs, comparisons and the gate", add_help=False)
    evaluate.add_argument("rest", nargs=argparse.REMAINDER)
    evaluate.set_defaults(run=_eval)
    learn = commands.add_parser("learn", help="lesson packs, quizzes and the self-scan", add_help=False)
    learn.add_argument("rest", nargs=argparse.REMAINDER)
    learn.set_defaults(run=_learn)
    from ingest.added.commands import add_commands as add_report_commands

    add_report_commands(commands, _add_folders, _folders, _Bar)
    feedback = commands.add_parser("feedback", help="what readers thought of answers")
    kept = feedback.add_subparsers(required=True, metavar="COMMAND")
    export = kept.add_parser("export", help="print open verdicts as candidate gold rows, one JSON object a line")
    export.add_argument("--out", type=Path, metavar="FILE", help="write them to this file")
    export.set_defaults(run=_feedback_export)
    add_operations(commands)
    return parser


def _add_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="the corpus folder (VRAAGBAAK_CORPUS)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="the index folder (VRAAGBAAK_INDEX)")


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _folders(given: argparse.Namespace) -> tuple[Path, Path]:
    return given.corpus or settings().corpus, given.index or settings().index_folder


def _ingest(given: argparse.Namespace) -> int:
    corpus, index = _folders(given)
    from ingest.added.renew import renew
    from ingest.index import orphans

    if getattr(given, "write_questions", False):
        _write_questions(corpus)
    with _Bar() as bar:
        built = renew(corpus, index, settings().embedder, bar)
    for question in orphans(index):
        print(f"bank question without a passage: {question}", file=sys.stderr)
    print(f"index ready in {index}" if built else f"index in {index} was up to date", file=sys.stderr)
    return 0


def _write_questions(corpus: Path) -> None:
    from ingest.chat_model import ChatModel
    from ingest.question_writer import write_questions

    if not settings().model:
        raise UsageError("--write-questions needs a chat model: set VRAAGBAAK_MODEL, as in ollama:NAME or openai:NAME")
    model = ChatModel(settings())
    with _Bar() as bar:
        kept, refused = write_questions(corpus, model, bar)
    print(f"{kept} questions written by {model.name}, {refused} lines refused for their form", file=sys.stderr)


class _Bar:
    """Shows ingest's progress on standard error, one bar a step."""

    def __init__(self) -> None:
        self.step = ""
        self.bar: Any = None

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.close()

    def __call__(self, step: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if step != self.step:
            self.__exit__()
            self.step, self.bar = step, tqdm(total=total, desc=step, file=sys.stderr)
        self.bar.update(done - self.bar.n)


def _ask(given: argparse.Namespace) -> int:
    if (given.question is None) == (given.batch is None):
        raise UsageError("give either a question or --batch FILE")
    if given.batch and given.receipt:
        raise UsageError("--receipt is of one question; leave out --batch")
    lines = _batch_lines(given.batch) if given.batch else None
    assistant = _assistant(given)
    filters = Filters(tuple(given.report), tuple(given.kind), given.side_by_side)
    assistant.index.allowed(filters)  # an unknown report or kind is refused before any answer is printed
    write = _model_writes(given.model, assistant)
    if lines is None:
        answer = write(assistant.ask(given.question, filters=filters, top=given.top))
        if given.receipt:
            from assistant.receipt import write_receipt

            write_receipt(given.receipt, assistant.receipt(answer, filters))
        print(json.dumps(answer.to_json(), ensure_ascii=False, indent=2) if given.json else as_text(answer))
        return 0
    for line in lines:
        print(json.dumps(_batch_answer(assistant, line, filters, given.top, write), ensure_ascii=False), flush=True)
    return 0


def _verify(given: argparse.Namespace) -> int:
    from assistant.receipt import count_quotes, read_receipt, verify
    from ingest.remote.fetch import serving_corpus

    receipt = read_receipt(given.file)
    corpus, index = _folders(given)
    faults = verify(receipt, serving_corpus(index, corpus, settings().chroma_url))
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{count_quotes(receipt)} quotes stand letter for letter at their place")
    return 1 if faults else 0


def _assistant(given: argparse.Namespace) -> Any:
    from assistant.engine import Assistant
    from ingest.store import IndexFolder

    corpus, index = _folders(given)
    if not settings().chroma_url and IndexFolder(index).current() is None:
        print(f"no index in {index} yet: building it", file=sys.stderr)
        _ingest(given)
    return Assistant(index, corpus)


def _batch_lines(name: str) -> Iterator[bytes]:
    """Return the non-blank lines of the batch, the file opened at once so that a wrong name is told first."""
    try:
        stream = sys.stdin.buffer if name == "-" else open(name, "rb")  # noqa: SIM115 (the generator below closes it)
    except OSError as error:
        raise UsageError(f"--batch {name!r}: {error.strerror}") from error

    def lines() -> Iterator[bytes]:
        with stream:
            yield from (line for line in stream if line.strip())

    return lines()


def _model_writes(name: str | None, assistant: Any) -> Callable[[Answer], Answer]:
    """Return what lets a model write over an answer; without a name answers stay as they are, and nothing is loaded."""
    if not name:
        return lambda answer: answer
    from assistant.ground import Ground
    from assistant.writer import Writer

    ground = Ground(assistant.index, assistant.corpus)
    writer = Writer(settings().model_copy(update={"model": name}), ground.check)
    return lambda answer: writer.written(answer, assistant.index).answer


def _batch_answer(
    assistant: Any, line: bytes, filters: Filters, top: int, write: Callable[[Answer], Answer]
) -> dict[str, Any]:
    try:
        data = json.loads(line.decode("utf-8"))
        name, question = data.get("id"), data["question"]
        history = [Turn(turn["role"], turn["content"]) for turn in data.get("history") or ()]
        texts = [question, *(text for turn in history for text in (turn.role, turn.content))]
        if not all(isinstance(text, str) for text in texts) or not (name is None or isinstance(name, str)):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        text = line.decode("utf-8", "replace").strip()[:200]
        return _unreadable(assistant, text, filters, top)
    answer = write(assistant.ask(question, history, filters, top))
    return {**answer.to_json(), "id": name}


def _unreadable(assistant: Any, text: str, filters: Filters, top: int) -> dict[str, Any]:
    empty: Answer = assistant.ask("", (), filters, top)
    from assistant.hygiene import tidy
    from assistant.privacy import mask_personal_data

    shown = mask_personal_data(tidy(text), assistant.index.common)[0]
    return {
        **empty.to_json(),
        "question": shown,
        "standalone_question": shown,
        "answer": 'Deze regel is niet te lezen: verwacht wordt {"id": …, "question": …}.',
    }


def as_text(answer: Answer) -> str:
    """Return the answer for a terminal: notices, the answer, numbered sources."""
    parts = [notice.text.replace("**", "") for notice in answer.notices]
    parts.append(answer.answer.replace("**", ""))
    if answer.citations:
        parts.append("Bronnen\n" + "\n".join(_source(citation) for citation in answer.citations))
    return "\n\n".join(parts)


def _source(citation: Any) -> str:
    report, passage = citation.report, citation.quote.passage
    where = f"{report.publisher}, {report.title} ({report.year}), {' › '.join(passage.section)}"
    return f"[{citation.n}] {where} [{passage.kind}]"


def _eval(given: argparse.Namespace) -> int:
    from evals.commands import add_commands  # only an evaluator waits for the evals to load

    return _run_below("vraagbaak eval", add_commands, given.rest)


def _learn(given: argparse.Namespace) -> int:
    from learn.commands import add_commands  # only a trainer waits for it to load

    return _run_below("vraagbaak learn", add_commands, given.rest)


def _run_below(prog: str, add_commands: Callable[..., None], rest: Sequence[str]) -> int:
    parser = _Parser(prog=prog)
    add_commands(parser, _positive)
    chosen = parser.parse_args(rest)
    status: int = chosen.run(chosen)
    return status


def _feedback_export(given: argparse.Namespace) -> int:
    from assistant.database import FILE
    from assistant.feedback import Feedback
    from evals.candidates import as_lines, candidates, write_candidates
    from evals.commands import report_texts

    entries = Feedback(settings().data / FILE).entries()
    if not entries:
        print("there is no feedback yet", file=sys.stderr)
        return 0
    opened = [entry for entry in entries if entry.state == "open"]
    found = candidates(opened, report_texts())
    if found and given.out:
        write_candidates(given.out, found)
    else:
        print(as_lines(found), end="")
    left, judged = len(opened) - len(found), len(entries) - len(opened)
    print(f"candidate rows: {len(found)}; pointing at no passage: {left}; judged before: {judged}", file=sys.stderr)
    return 0


def _chat(given: argparse.Namespace) -> int:
    from ui.serve import serve

    corpus, index = _folders(given)
    return serve(corpus, index, given.port or settings().port, open_browser=not given.no_browser)


if __name__ == "__main__":
    raise SystemExit(main())
