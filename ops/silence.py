"""A process that opens the index and answers one question, and lets nothing out: what it tried to reach is printed.

python -m ops.silence INDEX CORPUS [HOST …]
"""

import json
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from ops.health import PROBE

attempts: list[str] = []
ADDRESS_AT = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}


def watch(allowed: tuple[str, ...]) -> None:
    """From now on refuse and note each attempt to reach a machine other than this one and those allowed."""

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        if name not in ADDRESS_AT:
            return
        address = arguments[ADDRESS_AT[name]]
        host = address[0] if isinstance(address, tuple) else address
        of_a_file = name.startswith("socket.con") and not isinstance(address, tuple)
        if host and not of_a_file and not _is_here(host) and host not in allowed:
            attempts.append(str(host))
            raise OSError(f"no connection to {host}: the doctor listens whether all is silent")

    sys.addaudithook(hook)


def _is_here(host: str | bytes) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    try:
        address = ip_address(text)
    except ValueError:
        return text == "localhost"
    return address.is_loopback or address.is_unspecified


def main() -> None:
    """Answer the question and print what happened as one JSON object."""
    index, corpus, *hosts = sys.argv[1:]
    watch(tuple(hosts))
    from assistant.engine import Assistant  # after the watch: loading may not reach out either

    answer = Assistant(Path(index), Path(corpus)).ask(PROBE)
    print(json.dumps({"status": answer.status, "attempts": attempts}))


if __name__ == "__main__":
    main()
