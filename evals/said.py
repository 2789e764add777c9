"""What a language model made of one question, kept as JSON, and the figures that follow from it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.records import Answer
from assistant.writer_cache import Cost

REMOVED = "verworpen"
INVENTED = "?"  # what a marker cites that names none of the given passages
JUDGED = ("ja", "deels", "nee")
UNREADABLE, FAILED = "unreadable", "failed"


@dataclass(frozen=True)
class Line:
    """A sentence of the model's, and what the string check and, where it was asked, the judge say of it.

    :param sentence: its words; ``[1]`` is the first of the passages that the model was shown.
    :param status: ``letterlijk``, ``onderbouwd`` or ``verworpen``, for this ``reason`` (``assistant.ground``).
    :param cited: the ids of the passages that it cites, ``INVENTED`` for a marker that names none.
    :param right: of each citation whether it is right; see ``alce_precision``.
    :param judged: one of ``JUDGED``, ``UNREADABLE`` or ``FAILED``; empty where no judge was asked.
    """

    sentence: str
    status: str
    reason: str
    cited: tuple[str, ...]
    right: tuple[bool, ...]
    judged: str = ""

    @property
    def kept(self) -> bool:
        """Tell whether the string check lets it be shown."""
        return self.status != REMOVED


@dataclass(frozen=True)
class Said:
    """What came of letting a model write one answer.

    :param asked: False where it never is: the question is refused, or somebody is in danger.
    :param answer: the checked answer as JSON; None where the extractive one stays.
    :param fault: one of ``ModelError.CAUSES``, or empty.
    :param cost: None where the reply did not come in whole.
    """

    asked: bool
    answer: dict[str, Any] | None = None
    lines: tuple[Line, ...] = ()
    fault: str = ""
    cost: Cost | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Said":
        """Return what ``to_json`` gave.

        :raises TypeError, KeyError: the data has another form.
        """
        lines = (Line(**{**line, "cited": tuple(line["cited"]), "right": tuple(line["right"])})
                 for line in data["lines"])  # fmt: skip
        cost = Cost(**data["cost"]) if data["cost"] else None
        return cls(**{**data, "lines": tuple(lines), "cost": cost})


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as items keep it: without the ranked passages, which stand beside it."""
    return {key: value for key, value in answer.to_json().items() if key != "passages"}


def alce_recall(lines: Sequence[Line]) -> float:
    """Return the share of sentences that their cited passages together bear out (ALCE, Gao et al. 2023, section 4).

    Where ALCE asks an NLI model, the string check decides: a sentence that cites nothing, or a passage that was not
    given, is not borne out. Each of the model's sentences counts, also the removed ones: what is left is their share.
    """
    return _share([line.kept for line in lines])


def alce_precision(lines: Sequence[Line]) -> float:
    """Return the share of citations that are right (ALCE, Gao et al. 2023, section 4); 0 where there are none.

    A citation is right if its sentence is borne out and it is not irrelevant. It is irrelevant if it does not bear the
    sentence out alone and the sentence's other citations still do without it (``evals.modelled.right_citations``).
    """
    return _share([right for line in lines for right in line.right])


def model_figures(said: Said) -> dict[str, float]:
    """Return a question's figures by name; one that does not apply is absent.

    Sentences that came before a failure count; a failure counts in ``fell_back`` too where the passages are shown.
    """
    if not said.asked:
        return {}
    found = {"fell_back": float(said.answer is None), "model_failed": float(bool(said.fault))}
    if said.lines:
        found["alce_recall"], found["alce_precision"] = alce_recall(said.lines), alce_precision(said.lines)
        found["sentences_removed"] = _share([not line.kept for line in said.lines])
    if said.cost:
        found["tokens_in"], found["tokens_out"] = float(said.cost.tokens_in), float(said.cost.tokens_out)
        found["model_seconds"] = said.cost.seconds
    read = [line for line in said.lines if line.judged in JUDGED]
    if any(line.kept for line in read):
        found["judge_supports"] = _share([line.judged == "ja" for line in read if line.kept])
    if read:
        found["judge_agrees"] = _share([agrees(line) for line in read])
    return found


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def agrees(line: Line) -> bool:
    """Tell whether judge and string check say the same: kept and ``ja``, or removed and ``deels`` or ``nee``."""
    return line.kept == (line.judged == "ja")


def told(model: str, all_said: Sequence[Said]) -> list[str]:
    """Return lines on a run with a model: how often it was asked, failed, fell back, and what it cost in all."""
    asked = [said for said in all_said if said.asked]
    lines = [line for said in asked for line in said.lines]
    costs = [said.cost for said in asked if said.cost]
    faults = Counter(said.fault for said in asked if said.fault)
    why = f" ({', '.join(f'{name} {count}' for name, count in sorted(faults.items()))})" if faults else ""
    estimated = sum(cost.estimated for cost in costs)
    guessed = f", for {estimated} questions estimated by letters" if estimated else ""
    return [
        f"{model}: asked {len(asked)} of {len(all_said)} questions; failed {faults.total()}{why}; "
        f"fell back to the passages {sum(said.answer is None for said in asked)}",
        f"sentences {len(lines)}, removed {sum(not line.kept for line in lines)}; tokens "
        f"{sum(cost.tokens_in for cost in costs)} in, {sum(cost.tokens_out for cost in costs)} out{guessed}; "
        f"{sum(cost.seconds for cost in costs):.1f} s",
    ]


def described(said: Said) -> list[str]:
    """Return lines on one question: what became of the model's reply, and each of its sentences as it was judged."""
    if not said.asked:
        return ["  model: not asked"]
    head = "  model: " + ("fell back to the passages" if said.answer is None else "its answer is shown")
    head += f"; failed: {said.fault}" if said.fault else ""
    if said.cost:
        head += f"; {said.cost.tokens_in} tokens in, {said.cost.tokens_out} out, {said.cost.seconds:.1f} s"
    found = [head]
    for line in said.lines:
        found.append(f"  {line.status}{f' ({line.reason})' if line.reason else ''}: {line.sentence}")
        cited = [
            f"{name} {'right' if right else 'not right'}" for name, right in zip(line.cited, line.right, strict=True)
        ]
        found.append(f"    cites {', '.join(cited) or 'nothing'}" + (f"; judge: {line.judged}" if line.judged else ""))
    return found


def judged_rows(all_said: Sequence[Said]) -> list[list[str]]:
    """Return how often the judge said what of kept and of removed sentences; no rows where none was asked."""
    lines = [line for said in all_said for line in said.lines if line.judged]
    counts = Counter((line.kept, line.judged) for line in lines)
    return [
        [name, *(str(counts[kept, word]) for word in (*JUDGED, UNREADABLE, FAILED))]
        for kept, name in ((True, "kept"), (False, "removed"))
        if lines
    ]
