"""A browser's tab without the browser: one websocket that speaks Streamlit's own protocol with the chat page."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LIMIT = 60.0  # seconds that one run of the page may take


@dataclass
class Tab:
    """What the page last showed (``shown``, its HTML), and each error element that it ever showed (``faults``)."""

    address: str
    faults: list[str] = field(default_factory=list)
    shown: str = ""
    cached: dict[str, bytes] = field(default_factory=dict)
    box: str = ""
    page: str = ""

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Tab"]:
        """Open the page and wait until it stands; the tab is closed afterwards."""
        url = self.address.replace("http", "ws") + "/_stcore/stream"
        async with websockets.connect(url, subprotocols=["streamlit"], max_size=None, origin=self.address) as socket:
            self.socket = socket
            await self._rerun(None)
            yield self

    async def ask(self, question: str) -> float:
        """Ask a question; return the seconds until the page has wholly shown its answer.

        :raises TimeoutError: that takes more than ``LIMIT``.
        """
        begun = time.perf_counter()
        await self._rerun(question)
        return time.perf_counter() - begun

    async def _rerun(self, question: str | None) -> None:
        message = BackMsg()
        message.rerun_script.query_string = ""
        message.rerun_script.page_script_hash = self.page
        if question is not None:
            state = message.rerun_script.widget_states.widgets.add()
            state.id = self.box
            state.chat_input_value.data = question
        await self.socket.send(message.SerializeToString())
        self.shown = ""
        async with asyncio.timeout(LIMIT):
            while not self._take(await self.socket.recv()):
                pass

    def _take(self, raw: str | bytes) -> bool:
        """Read one message; tell whether the script has finished."""
        message = ForwardMsg()
        message.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
        if message.WhichOneof("type") == "ref_hash":
            message.ParseFromString(self.cached[message.ref_hash])
        elif message.metadata.cacheable:
            self.cached[message.hash] = message.SerializeToString()
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
        if kind == "delta":
            self._read(message.delta.new_element)
        return kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY

    def _read(self, element: object) -> None:
        what = element.WhichOneof("type")  # type: ignore[attr-defined]
        if what == "chat_input":
            self.box = element.chat_input.id  # type: ignore[attr-defined]
        elif what == "html":
            self.shown += element.html.body  # type: ignore[attr-defined]
        elif what in ("exception", "alert"):
            self.faults.append(str(element))
