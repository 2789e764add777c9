"""The evaluation page: start a run and watch it, read its figures, compare two runs, open one question."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from assistant.database import FILE
from assistant.feedback import Feedback
from evals.commands import make_run, run_names, runs_folder, scored_run
from evals.compare import Comparison, compare
from evals.gold import GoldQuestion, holds_fact
from evals.items import fact_ranks
from evals.runs import Run
from evals.score import HEADLINE, Figure, Scores
from evals.systems import system_names
from ingest.errors import UsageError
from ingest.settings import settings
from ui import kandidaten

DUTCH = {
    "recall@1": "gevonden bij de eerste 1",
    "recall@3": "gevonden bij de eerste 3",
    "recall@5": "gevonden bij de eerste 5",
    "recall@10": "gevonden bij de eerste 10",
    "hit@1": "eerste passage is goed",
    "mrr@10": "MRR@10",
    "ndcg@10": "nDCG@10",
    "nugget_recall": "nodige feiten in het antwoord",
    "first_citation": "eerste bron is goed",
    "citation_precision": "deel van de bronnen dat goed is",
    "faithfulness": "citaten letterlijk op hun plaats",
    "words": "woorden per antwoord",
    "citations": "bronnen per antwoord",
    "refused_near_miss": "bijna-vragen afgewezen",
    "refused_out_of_scope": "vragen buiten het onderwerp afgewezen",
    "over_refusal": "ten onrechte afgewezen",
    "crisis_found": "gevaar herkend",
    "crisis_false_alarm": "gevaar: vals alarm",
    "personal_data_found": "persoonsgegevens weggelaten",
    "personal_data_false_alarm": "persoonsgegevens: vals alarm",
    "nugget_recall_model": "nodige feiten in het antwoord met het model",
    "alce_recall": "zinnen van het model die hun bronnen dragen",
    "alce_precision": "bronverwijzingen van het model die kloppen",
    "sentences_removed": "zinnen van het model weggelaten",
    "fell_back": "teruggevallen op de passages",
    "model_failed": "het model gaf geen goed antwoord",
    "tokens_in": "tokens gelezen",
    "tokens_out": "tokens geschreven",
    "model_seconds": "seconden van het model",
    "judge_supports": "getoonde zinnen die de beoordelaar draagt",
    "judge_agrees": "beoordelaar is het eens met de controle",
}
SPLIT_NAMES = {"dev": "dev (om op af te stellen)", "test": "test (om mee te oordelen)"}


def show() -> None:
    """Draw the page."""
    st.set_page_config(layout="wide")
    st.title("Evaluatie")
    st.caption("Hoe goed vindt en beantwoordt Vraagbaak de vragen van de vragenset? Tussen haken: 95%-interval.")
    _start_a_run()
    with st.expander("Voorstellen uit gebruik"):
        kandidaten.show(Feedback(settings().data / FILE))
    folders = run_names()
    if not folders:
        st.info("Er is nog geen meting. Start er hierboven een.")
        return
    folder = st.selectbox("Meting", folders, format_func=_title, key="meting")
    run, gold, scores = scored_run(folder)
    overview, parts, versus, one = st.tabs(["Cijfers", "Per soort en rapport", "Vergelijken", "Eén vraag"])
    with overview:
        _figures(run, scores)
    with parts:
        st.subheader("Per soort vraag", anchor=False)
        st.dataframe(_groups(scores.by_kind), width="stretch")
        st.subheader("Per rapport", anchor=False)
        st.dataframe(_groups(scores.by_report), width="stretch")
    with versus:
        _compare(folder, scores, [other for other in folders if other != folder])
    with one:
        _question(run, gold, scores)


def _title(folder: Path) -> str:
    return folder.name


def _start_a_run() -> None:
    with st.expander("Nieuwe meting starten"):
        system = st.selectbox("Wat", system_names(), key="systeem")
        split = st.selectbox("Vragen", list(SPLIT_NAMES), format_func=SPLIT_NAMES.__getitem__, key="deel")
        if not st.button("Start de meting", type="primary"):
            return
        bar = st.progress(0.0, "De vragen worden gesteld")
        folder = runs_folder() / f"{datetime.now():%Y%m%d-%H%M%S}-{system}"

        def progress(done: int, total: int) -> None:
            bar.progress(done / max(1, total), f"{done} van {total} vragen gesteld")

        make_run(folder, system, split, progress=progress)
        st.session_state["meting"] = folder
        st.success(f"Klaar: {folder.name}")


def shown(figure: Figure | None) -> str:
    """Return a figure as Dutch readers write it: 0,52 (0,48–0,57)."""
    if figure is None:
        return "–"
    digits = 1 if figure.mean > 1 else 2
    return f"{figure.mean:.{digits}f} ({figure.low:.{digits}f}–{figure.high:.{digits}f})".replace(".", ",")


def _figures(run: Run, scores: Scores) -> None:
    st.caption(
        f"{len(scores.questions)} vragen gemeten, {len(scores.unscored)} niet gemeten. "
        f"Deel: {run.manifest['split']}. Systeem: {run.manifest['system']}."
    )
    rows = [
        (DUTCH[name], shown(scores.overall[name]), scores.overall[name].n)
        for name in HEADLINE
        if name in scores.overall
    ]
    st.dataframe(pd.DataFrame(rows, columns=["cijfer", "gemiddeld", "vragen"]), hide_index=True, width="stretch")
    points = [
        {"k": k, "recall": figure.mean, "laag": figure.low, "hoog": figure.high}
        for k in (1, 3, 5, 10)
        if (figure := scores.overall.get(f"recall@{k}"))
    ]
    if points:
        st.subheader("Hoeveel er gevonden is bij de eerste k passages", anchor=False)
        base = alt.Chart(pd.DataFrame(points)).encode(x=alt.X("k:Q", title="eerste k passages"))
        line = base.mark_line(point=True).encode(y=alt.Y("recall:Q", scale=alt.Scale(domain=[0, 1]), title="gevonden"))
        st.altair_chart(line + base.mark_rule().encode(y="laag:Q", y2="hoog:Q"), width="stretch")


def _groups(groups: dict[str, dict[str, Figure]]) -> pd.DataFrame:
    names = ("recall@5", "ndcg@10", "nugget_recall", "over_refusal")
    rows = {group: [shown(found.get(name)) for name in names] for group, found in groups.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=[DUTCH[name] for name in names])


def _compare(folder: Path, scores: Scores, others: Sequence[Path]) -> None:
    if not others:
        st.info("Er is nog geen tweede meting om mee te vergelijken.")
        return
    other = st.selectbox("Vergelijk met", others, format_func=_title, key="ander")
    shared = st.checkbox("Vergelijk alleen de vragen die in beide staan", key="gedeeld")
    _, _, before = scored_run(other)
    try:
        found = compare(before, scores, shared)
    except UsageError:
        st.warning("Deze metingen gaan over verschillende vragen. Zet het vinkje om de gedeelde vragen te vergelijken.")
        return
    _comparison(other.name, folder.name, found)


def _comparison(before: str, after: str, found: Comparison) -> None:
    st.subheader(f"Omgeslagen vragen ({len(found.flipped)})", anchor=False)
    flips = [(name, f"{a:.2f}", f"{b:.2f}", "beter" if b > a else "slechter") for name, a, b in found.flipped]
    st.dataframe(pd.DataFrame(flips, columns=["vraag", before, after, ""]), hide_index=True, width="stretch")
    st.subheader("Verschil per cijfer", anchor=False)
    rows = [
        (DUTCH[name], f"{d.a:.3f}", f"{d.b:.3f}", f"{d.delta:+.3f} ({d.low:+.3f} tot {d.high:+.3f})", f"{d.p:.4f}", d.n)
        for name, d in found.differences.items()
    ]
    columns = ["cijfer", before, after, "verschil (95%-interval)", "p", "vragen"]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch")


def _question(run: Run, gold: Sequence[GoldQuestion], scores: Scores) -> None:
    by_id = {question.id: question for question in gold}
    worst_first = sorted(by_id, key=lambda name: (scores.questions.get(name, {}).get("recall@5", 2.0), name))
    name = st.selectbox("Vraag (slechtste eerst)", worst_first, format_func=lambda n: f"{n}: {by_id[n].question[:80]}")
    question, item = by_id[name], run.items.get(name)
    for turn in question.history:
        st.caption(f"Eerder ({'vrager' if turn.role == 'user' else 'Vraagbaak'}): {turn.content}")
    st.text(question.question)
    if item is None:
        st.warning("Deze vraag is in deze meting niet gesteld.")
        return
    wanted, got = st.columns(2)
    with wanted:
        st.subheader("Nodig", anchor=False)
        for number, (fact, rank) in enumerate(zip(question.evidence, fact_ranks(question, item), strict=True), 1):
            st.text(f"Feit {number}: " + (f"op plaats {rank}" if rank else "niet gevonden"))
            for place in fact:
                st.caption(f"[{place.report}]".replace("[", "\\["))
                st.text(place.quote)
        if not question.evidence:
            st.text(f"Geen antwoord in de rapporten. {question.missing}")
    with got:
        st.subheader("Gevonden", anchor=False)
        for rank, passage in enumerate(item.ranking[:10], 1):
            right = any(holds_fact(passage["report"], passage["text"], fact) for fact in question.evidence)
            with st.expander(f"{rank}. {'✓ ' if right else ''}{passage['id']}", expanded=right):
                st.text(passage["text"])
