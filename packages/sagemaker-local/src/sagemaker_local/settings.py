"""What the command line, the daemon and the tests agree on: defaults, folders, the programs that are started.

Pure values and paths. Nothing here starts anything, and nothing needs a package beyond the standard library.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
DEFAULT_PORT = 4566
HIGHEST_PORT = 65_535
NO_SPACE = 74
"""Exit code of a daemon that cannot start because the disk is full: EX_IOERR of sysexits.h."""
ACCOUNT = "123456789012"
REGION = "us-east-1"
# The twelve digits of the account as access key make the caller its root user, in MiniStack as in most emulators.
ROOT_ACCESS_KEY = ACCOUNT
ROOT_SECRET_KEY = "testing"  # noqa: S105 - known to everybody, and good for this emulator only


class EmulatorError(Exception):
    """A problem with the emulator; the text is a sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class StateFolder:
    """Where one emulator keeps what it needs while it runs."""

    path: Path

    @property
    def record(self) -> Path:
        """JSON with the process id and port of the running daemon."""
        return self.path / "daemon.json"

    @property
    def log(self) -> Path:
        """What the daemon and the processes behind the endpoints wrote since the last start."""
        return self.path / "daemon.log"

    @property
    def certificate(self) -> Path:
        """The certificate for clients that use TLS; removed by `down`."""
        return self.path / "tls-certificate.pem"

    @property
    def temporary(self) -> Path:
        """TMPDIR of the daemon: Lambda code, unpacked models; removed by `down`."""
        return self.path / "tmp"

    @property
    def _mark(self) -> Path:
        """Lies in a folder of temporary files that an emulator made; no other one is ever removed."""
        return self.temporary / ".sagemaker-local"

    def make_temporary(self) -> None:
        """Make the folder of temporary files.

        Raises
        ------
        EmulatorError
            If there is one that no emulator made.
        """
        try:
            self.temporary.mkdir()
        except FileExistsError as error:
            msg = f"{self.temporary} was not made by an emulator; remove it, or choose another folder with --state-dir"
            raise EmulatorError(msg) from error
        try:
            self._mark.touch()
        except OSError:  # a full disk
            self.temporary.rmdir()
            raise

    def remove_temporary(self) -> None:
        """Remove the folder of temporary files, if an emulator made it; the mark goes last."""
        if not self._mark.is_file():
            return
        with contextlib.suppress(OSError):
            for path in self.temporary.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                elif path != self._mark:
                    path.unlink()
            self._mark.unlink()
            self.temporary.rmdir()

    @property
    def functions(self) -> Path:
        """Virtual environment of the emulated Lambda functions; removed by `down`."""
        return self.temporary / "functions"


def default_state() -> Path:
    """The state folder that a command means when none is given.

    `SAGEMAKER_LOCAL_STATE_DIR`; or `state-dir` of `[tool.sagemaker-local]` in the nearest `pyproject.toml`, from the
    current folder upwards, relative to that file; or `sagemaker-local` in the user's folder of state.

    Raises
    ------
    EmulatorError
        If a `pyproject.toml` on the way cannot be read, or the user has no home.
    """
    if named := os.environ.get("SAGEMAKER_LOCAL_STATE_DIR"):
        return Path(named).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (named := _named_in(folder / "pyproject.toml")) is not None:
            return (folder / named).resolve()
    if state := os.environ.get("XDG_STATE_HOME"):
        return Path(state) / "sagemaker-local"
    try:
        return Path.home() / ".local" / "state" / "sagemaker-local"
    except RuntimeError as error:
        msg = "this user has no home folder, and HOME is not set; name a folder with --state-dir"
        raise EmulatorError(msg) from error


def _named_in(project: Path) -> str | None:
    """The state folder that a `pyproject.toml` names; None if there is none, or it names none."""
    if not project.is_file():
        return None
    try:
        table = tomllib.loads(project.read_text(encoding="utf-8")).get("tool", {}).get("sagemaker-local", {})
        named = table.get("state-dir")
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        msg = f"{project} cannot be read for the state folder ({error}); mend it, or name a folder with --state-dir"
        raise EmulatorError(msg) from error
    return None if named is None else str(named)


def chosen_port() -> int | None:
    """`SAGEMAKER_LOCAL_PORT`, for programs that start the emulator without saying where, such as a script.

    Raises
    ------
    EmulatorError
        If it is no port number.
    """
    text = os.environ.get("SAGEMAKER_LOCAL_PORT")
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or not 1 <= int(text) <= HIGHEST_PORT:
        msg = f"SAGEMAKER_LOCAL_PORT is {text!r}; a port number from 1 to {HIGHEST_PORT} is needed"
        raise EmulatorError(msg)
    return int(text)


def url(port: int) -> str:
    """Address that clients use; `localhost` because API Gateway and S3 recognise it as the emulator's own name."""
    return f"http://localhost:{port}"


def container_python() -> Path:
    """Interpreter of the processes that serve models and train (`SAGEMAKER_LOCAL_CONTAINER_PYTHON` overrides it)."""
    return Path(os.environ.get("SAGEMAKER_LOCAL_CONTAINER_PYTHON", sys.executable))


def asks_policies() -> bool:
    """Whether this process is a daemon that checks signatures and policies."""
    return os.environ.get("AUTH") == "true"
