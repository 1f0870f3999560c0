"""Ctrl-C that keeps what was learned."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager


class Interrupt:
    """Whether the user has asked the run to end."""

    requested = False


@contextmanager
def ctrl_c_ends_the_run():
    """Within the context, the first Ctrl-C sets `requested`; a second one raises KeyboardInterrupt.

    Outside the main thread, where Python delivers no signals, nothing is changed.
    """
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return

    def request(signum, frame):
        if interrupt.requested:
            raise KeyboardInterrupt
        interrupt.requested = True

    before = signal.signal(signal.SIGINT, request)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
