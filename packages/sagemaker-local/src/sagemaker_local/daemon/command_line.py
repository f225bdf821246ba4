"""`sagemaker-local up | down | status | logs | env | faults`: the local stand-in for AWS, from the command line.

Standard library only. What the daemon does is in `sagemaker_local.daemon.server`; how it is started and stopped in
`lifecycle`.
"""

from __future__ import annotations

import argparse
import io
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from sagemaker_local import settings
from sagemaker_local.daemon import fault_options, lifecycle
from sagemaker_local.daemon.client import Json, ask
from sagemaker_local.daemon.lifecycle import Wish
from sagemaker_local.daemon.running import Running, find_daemon, why_none
from sagemaker_local.process_environment import client_environment, unset_for_clients
from sagemaker_local.settings import EmulatorError, StateFolder

_REVIVE_SECONDS = 300.0
_LITTLE_SPACE = 4 * 1024**2
"""Bytes below which a model or the code of a function may not fit any more."""


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream or sys.stdout, flush=True)


def up(options: argparse.Namespace) -> int:
    """Start the emulator, or the model servers of one that runs that have ended."""
    began = time.monotonic()
    wish = Wish(port=options.port, auth=options.auth, site_port=options.site_port)
    running, started = lifecycle.start(_state(options), wish)
    if not started:
        _say(f"emulator already running at {settings.url(running.port)} (process {running.pid})")
        return _revive(running)
    _say(f"emulator running at {settings.url(running.port)} (process {running.pid}, {_seconds(began)})")
    _say(f"CloudFront distributions are served at {settings.url(running.site_port)}/")
    _say("all data is in memory: 'sagemaker-local down' deletes it")
    _say(f'to use it in a shell: eval "$(sagemaker-local env{_where(options)})"')
    return 0


def _revive(running: Running) -> int:
    revived: dict[str, str] = ask(running.port, "revive", method="POST", document={}, seconds=_REVIVE_SECONDS)[
        "revived"
    ]
    for name, reason in revived.items():
        if reason:
            _say(f"error: the model server of {name} had ended and does not start again: {reason}", sys.stderr)
        else:
            _say(f"the model server of {name} had ended; it runs again")
    return 1 if any(revived.values()) else 0


def down(options: argparse.Namespace) -> int:
    """Stop the emulator and everything it started."""
    state = _state(options)
    why = why_none(state)
    if options.port and (running := find_daemon(state)):
        _check_port(options, running)
    pid = lifecycle.stop(state)
    if pid is None:
        _say("emulator not running" + (f": {why}" if why else ""))
    else:
        _say(f"emulator stopped (process {pid}); its stacks, buckets and endpoints were deleted")
    return 0


def status(options: argparse.Namespace) -> int:
    """Show the status of the emulator, its endpoints, jobs and pipelines; exit code 1 if it does not."""
    state = _state(options)
    running = find_daemon(state)
    if running is None:
        why = why_none(state)
        _say(f"emulator not running{f' ({why})' if why else ''}; start it with 'sagemaker-local up'")
        return 1
    _check_port(options, running)
    report = ask(running.port, "status")
    _say(f"emulator running at {settings.url(running.port)} (process {running.pid}, AUTH={_word(running.auth)})")
    _say(_site_line(running, report["distributions"]))
    _say(_tls_line(report))
    if (left := shutil.disk_usage(state.path).free) < _LITTLE_SPACE:
        _say(f"  only {left // 1024} KiB are free for its files in {state.path}: make room there")
    for endpoint in report["endpoints"]:
        _say(_endpoint_line(endpoint))
    for job in report["jobs"]:
        _say(f"  {job['kind']} job {job['name']}: {job['status']}")
    for execution in report["executions"]:
        _say(_execution_line(execution))
    for name, fault in report["faults"].items():
        _say(f"  fault on {name}: {fault['kind']} (requests left: {fault['count'] or 'all'})")
    if not report["endpoints"]:
        _say("  no endpoints")
    return 0


def _site_line(running: Running, distributions: list[Json]) -> str:
    where = f"{settings.url(running.site_port)}/"
    if not distributions:
        return f"  site at {where}: no distribution is deployed"
    shown, *others = [each["id"] for each in distributions]
    more = "".join(f"; {where}_distribution/{each}/" for each in others)
    return f"  site at {where}: distribution {shown}{more}"


def _tls_line(report: Json) -> str:
    return f"  TLS at https://localhost:{report['tls_port']}/ (certificate {report['certificate']})"


def _execution_line(execution: Json) -> str:
    steps = ", ".join(f"{name} {state}" for name, state in execution["steps"].items())
    identifier = execution["arn"].rpartition("/")[2]
    return f"  pipeline {execution['pipeline']} ({identifier}): {execution['status']}" + (f"; {steps}" if steps else "")


def logs(options: argparse.Namespace) -> int:
    """Print the log of the daemon and its endpoints; follow it if requested."""
    path = _state(options).log
    if not path.exists():
        msg = f"there is no log yet ({path}); start the emulator with 'sagemaker-local up'"
        raise EmulatorError(msg)
    with path.open(encoding="utf-8", errors="replace") as log:
        sys.stdout.write("".join(log.readlines()[-options.lines :]))
        while options.follow:
            sys.stdout.write(log.read())
            sys.stdout.flush()
            time.sleep(0.2)
    return 0


def env(options: argparse.Namespace) -> int:
    """Print the shell commands that set the environment variables for the emulator."""
    state = _state(options)
    running = find_daemon(state)
    if running is not None:
        lifecycle.check_wish(running, Wish(port=options.port))
    port = running.port if running else options.port or settings.chosen_port() or settings.DEFAULT_PORT
    for name, value in client_environment(port).items():
        _say(f"export {name}={shlex.quote(value)}")
    if running and state.certificate.exists():
        _say(f"export NODE_EXTRA_CA_CERTS={shlex.quote(str(state.certificate))}")
    if options.state_dir is not None:
        _say(f"export SAGEMAKER_LOCAL_STATE_DIR={shlex.quote(str(state.path))}")
    _say(f"unset {' '.join(unset_for_clients(os.environ))}")
    return 0


def faults(options: argparse.Namespace) -> int:
    """Inject faults into an endpoint, a training job, a service or a function, or clear them."""
    running = _needed(_state(options))
    _check_port(options, running)
    if options.kind == "clear":
        ask(running.port, "faults", method="DELETE", document={"target": options.target})
        _say(f"no fault on {options.target}")
        return 0
    wanted = {"target": options.target, "kind": options.kind, "count": options.count, "operations": options.operation}
    wanted |= {"seconds": options.seconds, "status": options.status}
    ask(running.port, "faults", method="PUT", document=wanted)
    hits = options.count or "all"
    what = "jobs" if options.kind in ("capacity", "interrupt") else "requests"
    _say(f"{options.target}: {options.kind} for {hits} {what}; end it with 'faults {options.target} clear'")
    return 0


def _state(options: argparse.Namespace) -> StateFolder:
    folder: Path | None = options.state_dir
    return StateFolder(path=folder.resolve() if folder else settings.default_state())


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or not 1 <= int(text) <= settings.HIGHEST_PORT:
        msg = f"{text!r} is not a port number from 1 to {settings.HIGHEST_PORT}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _check_port(options: argparse.Namespace, running: Running) -> None:
    if options.port not in (None, running.port):
        msg = f"the emulator of {running.state} runs at port {running.port}, not {options.port}"
        raise EmulatorError(msg)


def _needed(state: StateFolder) -> Running:
    running = find_daemon(state)
    if running is None:
        msg = "the emulator does not run; start it with 'sagemaker-local up'"
        raise EmulatorError(msg)
    return running


def _endpoint_line(endpoint: Json) -> str:
    models = ", ".join(
        f"{variant['name']} <- {variant['artifact']} (process {_process(variant)})" for variant in endpoint["variants"]
    )
    reason = f"; {endpoint['reason']}" if endpoint["reason"] else ""
    return f"  {endpoint['name']}: {endpoint['status']} {models}{reason}"


def _process(variant: Json) -> str:
    if variant["ended"] is None:
        return str(variant["pid"])
    return f"{variant['pid']} has ended, exit code {variant['ended']}; 'sagemaker-local up' starts it again"


def _where(options: argparse.Namespace) -> str:
    default = options.state_dir is None
    return "" if default else f" --state-dir {shlex.quote(str(options.state_dir))}"


def _seconds(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"


def _word(flag: bool) -> str:
    return "true" if flag else "false"


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--port", type=_port, help=f"port on {settings.HOST} (default {settings.DEFAULT_PORT})")
    shared.add_argument(
        "--state-dir",
        type=Path,
        help="folder of pid, log and temporary files (default: SAGEMAKER_LOCAL_STATE_DIR, state-dir of "
        "[tool.sagemaker-local] in pyproject.toml, or a folder of the user)",
    )
    parser = argparse.ArgumentParser(prog="sagemaker-local", description="A local emulator of AWS, on loopback only.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        text = (run.__doc__ or "").partition(";")[0].rstrip(".")
        added = commands.add_parser(run.__name__, parents=[shared], help=text, description=text)
        added.set_defaults(run=run)
        return added

    starting = command(up)
    starting.add_argument(
        "--no-auth", dest="auth", action="store_false", help="do not check signatures and IAM policies"
    )
    starting.add_argument(
        "--site-port",
        type=_port,
        help="port that serves CloudFront distributions (default: the one after --port, or any if that is used)",
    )
    command(down)
    command(status)
    showing = command(logs)
    showing.add_argument("--follow", "-f", action="store_true", help="keep printing new lines")
    showing.add_argument("--lines", "-n", type=int, default=200, help="number of lines to print first")
    command(env)
    fault_options.add(command(faults))
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command line, by default with the arguments of this process; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path may hold what a terminal cannot show
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except EmulatorError as error:
        _say(f"error: {error}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of the output has seen enough (`logs | head`); nothing is left to say to it at the exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _say(f"error: {error.filename or 'the emulator'}: {error.strerror or error}", sys.stderr)
        return 1
    return code
