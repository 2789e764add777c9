"""How long a model that failed is left alone: 1, 2, 4 … 60 seconds."""

import threading
import time
from collections.abc import Callable

FIRST, LONGEST = 1.0, 60.0


class Rest:
    """The pause after failures, shared by everyone who asks in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pause = self._until = 0.0

    @property
    def resting(self) -> bool:
        """Tell whether the model is to be left alone now."""
        with self._lock:
            return self._clock() < self._until

    def failed(self) -> None:
        """Begin a pause, twice as long as the one before; those who fail at the same time begin one pause together."""
        with self._lock:
            now = self._clock()
            if now >= self._until:
                self._pause = min(LONGEST, max(FIRST, 2 * self._pause))
                self._until = now + self._pause

    def worked(self) -> None:
        """End all pauses."""
        with self._lock:
            self._pause = self._until = 0.0
