"""Lets a process end with the one that started it, however that one ends: its standard input is closed then."""

from __future__ import annotations

import os
import signal
import threading


def stop_when_stdin_closes(*, group: bool = False) -> None:
    """Watch standard input from a thread and send this process SIGTERM when it reaches its end.

    Parameters
    ----------
    group
        Kill the whole process group instead, if this process leads one.
    """
    threading.Thread(target=_wait_for_end_of_stdin, args=(group,), name="stdin-watch", daemon=True).start()


def _wait_for_end_of_stdin(group: bool) -> None:
    # os.read, not sys.stdin: a thread inside a buffered read would hold its lock at interpreter shutdown.
    while os.read(0, 4096):
        pass
    if group and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGTERM)
