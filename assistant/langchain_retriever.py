"""Vraagbaak's retrieval as a LangChain retriever, for chains, agents and evaluators that speak LangChain."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.engine import Assistant
from assistant.records import Filters, Hit
from assistant.retrieve import query_for, retrieve


class PassageRetriever(BaseRetriever):
    """Returns the passages that answer a question as documents, best first; ``metadata`` holds their exact place."""

    assistant: Assistant
    filters: Filters = Filters()
    top: int = 10

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        index = self.assistant.index
        hits = retrieve(index, query_for(index, query), self.top, self.filters, self.assistant.fusion)
        return [as_document(hit) for hit in hits]


def as_document(hit: Hit) -> Document:
    """Return the hit's passage as a LangChain document."""
    passage = hit.passage
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "report": passage.report,
            "section": list(passage.section),
            "kind": passage.kind,
            "spans": [list(span) for span in passage.spans],
            "score": hit.score,
        },
    )
