"""`sagemaker-local up | down | status | logs | env | faults`: the local stand-in for AWS, from the command line.

Standard library only. What the daemon does is in `sagemaker_local.daemon.server`; how it is started and stopped in
`lifecycle`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from sagemaker_local import settings
from sagemaker_local.daemon import lifecycle
from sagemaker_local.daemon.lifecycle import EmulatorError, Json, Running
from sagemaker_local.settings import StateFolder

HIGHEST_PORT = 65_535


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream or sys.stdout, flush=True)


def up(options: argparse.Namespace) -> int:
    """Start the emulator, unless it runs already."""
    state = _state(options)
    running = lifecycle.find(state)
    if running is not None:
        if options.port not in (None, running.port):
            msg = f"it already runs at {settings.url(running.port)}; a second one needs its own --state-dir"
            raise EmulatorError(msg)
        _say(f"emulator already running at {settings.url(running.port)} (process {running.pid})")
        return 0
    began = time.monotonic()
    running = lifecycle.start(
        state, port=options.port or _default_port(), auth=options.auth, site_port=options.site_port
    )
    _say(f"emulator running at {settings.url(running.port)} (process {running.pid}, {_seconds(began)})")
    _say(f"what is deployed to CloudFront is shown at {settings.url(running.site_port)}/")
    _say("it keeps everything in memory: 'sagemaker-local down' forgets it all, on purpose")
    _say(f'to use it from a shell: eval "$(sagemaker-local env{_where(options)})"')
    return 0


def down(options: argparse.Namespace) -> int:
    """Stop the emulator and everything it started."""
    pid = lifecycle.stop(_state(options))
    if pid is None:
        _say("emulator not running")
    else:
        _say(f"emulator stopped (process {pid}); its stacks, buckets and endpoints are gone")
    return 0


def status(options: argparse.Namespace) -> int:
    """Say whether the emulator runs, and what its endpoints, jobs and pipelines do; exit code 1 if it does not."""
    running = lifecycle.find(_state(options))
    if running is None:
        _say("emulator not running; start it with 'sagemaker-local up'")
        return 1
    report = lifecycle.ask(running.port, "status")
    _say(f"emulator running at {settings.url(running.port)} (process {running.pid}, AUTH={_word(running.auth)})")
    _say(_site_line(running, report["distributions"]))
    _say(_tls_line(report))
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
    """Print the daemon's log, which holds the lines of its endpoints too; follow it if asked."""
    path = _state(options).log
    if not path.exists():
        msg = f"there is no log yet ({path}); start the emulator with 'sagemaker-local up'"
        raise EmulatorError(msg)
    with path.open(errors="replace") as log:
        sys.stdout.write("".join(log.readlines()[-options.lines :]))
        while options.follow:
            sys.stdout.write(log.read())
            sys.stdout.flush()
            time.sleep(0.2)
    return 0


def env(options: argparse.Namespace) -> int:
    """Print the lines with which a shell talks to the emulator."""
    running = lifecycle.find(_state(options))
    port = options.port or (running.port if running else _default_port())
    for name, value in settings.client_environment(port).items():
        _say(f"export {name}={shlex.quote(value)}")
    if running and (certificate := _state(options).certificate).exists():
        _say(f"export NODE_EXTRA_CA_CERTS={shlex.quote(str(certificate))}")
    _say(f"unset {' '.join(settings.UNSET_FOR_CLIENTS)}")
    return 0


def faults(options: argparse.Namespace) -> int:
    """Make an endpoint, a training job, a service or a function fail, or stop doing so."""
    running = _needed(_state(options))
    if options.kind == "clear":
        lifecycle.ask(running.port, "faults", method="DELETE", document={"target": options.target})
        _say(f"no fault on {options.target}")
        return 0
    wanted = {"target": options.target, "kind": options.kind, "count": options.count, "operations": options.operation}
    wanted |= {"seconds": options.seconds, "status": options.status}
    lifecycle.ask(running.port, "faults", method="PUT", document=wanted)
    hits = options.count or "all"
    what = "jobs" if options.kind in ("capacity", "interrupt") else "requests"
    _say(f"{options.target}: {options.kind} for {hits} {what}; end it with 'faults {options.target} clear'")
    return 0


def _state(options: argparse.Namespace) -> StateFolder:
    folder: Path | None = options.state_dir
    return StateFolder(path=folder.resolve() if folder else settings.default_state())


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST_PORT:
        msg = f"{text!r} is not a port number from 1 to {HIGHEST_PORT}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _default_port() -> int:
    """`SAGEMAKER_LOCAL_PORT`, for programs that start the emulator without saying where, such as a script."""
    text = os.environ.get("SAGEMAKER_LOCAL_PORT", str(settings.DEFAULT_PORT))
    if not text.isdigit() or not 1 <= int(text) <= HIGHEST_PORT:
        msg = f"SAGEMAKER_LOCAL_PORT is {text!r}; a port number from 1 to {HIGHEST_PORT} is needed"
        raise EmulatorError(msg)
    return int(text)


def _needed(state: StateFolder) -> Running:
    running = lifecycle.find(state)
    if running is None:
        msg = "the emulator does not run; start it with 'sagemaker-local up'"
        raise EmulatorError(msg)
    return running


def _endpoint_line(endpoint: Json) -> str:
    models = ", ".join(
        f"{variant['name']} <- {variant['artifact']} (process {variant['pid']})" for variant in endpoint["variants"]
    )
    reason = f"; {endpoint['reason']}" if endpoint["reason"] else ""
    return f"  {endpoint['name']}: {endpoint['status']} {models}{reason}"


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
    parser = argparse.ArgumentParser(prog="sagemaker-local", description="A local stand-in for AWS, on loopback only.")
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
        help="port that shows what is deployed to CloudFront (default: the one after --port, or any if that is used)",
    )
    command(down)
    command(status)
    showing = command(logs)
    showing.add_argument("--follow", "-f", action="store_true", help="keep printing new lines")
    showing.add_argument("--lines", "-n", type=int, default=200, help="how many lines to begin with")
    command(env)
    _describe_faults(command(faults))
    return parser


_FAULTS = """\
targets
  NAME                an endpoint of SageMaker: latency, throttle, not-ready, unavailable, internal, model-error,
                      disconnect, and of its update rolled-back; a training job, or training-jobs for the next one:
                      capacity, internal, interrupt
  s3:BUCKET[/PREFIX]  latency, throttle, unavailable, internal, denied, disconnect, missing
  dynamodb:TABLE      latency, throttle, throughput, unavailable, internal, denied, disconnect
  sqs:QUEUE           latency, throttle, unavailable, internal, denied, disconnect
  appsync:API         latency, throttle, unavailable, internal, denied, disconnect, lost
  lambda:FUNCTION     latency, throttle, kill
  cloudformation:STACK[/RESOURCE]
                      failed: a resource of that logical id or type cannot be created; unnoticed: when SageMaker
                      rolls an endpoint back, the update of the stack succeeds
  * in the place of a resource is every one of them

examples
  sagemaker-local faults ENDPOINT throttle --count 3
  sagemaker-local faults 's3:*' missing --operation GetObject --count 1
  sagemaker-local faults s3:BUCKET/uploads throttle --count 2
  sagemaker-local faults dynamodb:TABLE throughput --operation PutItem --operation UpdateItem
  sagemaker-local faults 'appsync:*' denied
  sagemaker-local faults lambda:FUNCTION kill --seconds 0.5 --count 1
  sagemaker-local faults cloudformation:STACK/AWS::S3::Bucket failed --count 1
  sagemaker-local faults 'appsync:*' clear
"""


def _describe_faults(failing: argparse.ArgumentParser) -> None:
    failing.formatter_class, failing.epilog = argparse.RawDescriptionHelpFormatter, _FAULTS
    failing.add_argument("target", help="what is to fail; see below")
    failing.add_argument("kind", help="what goes wrong with it; or clear")
    failing.add_argument("--count", type=int, help="how many requests or jobs it hits (default: all, until cleared)")
    failing.add_argument("--operation", action="append", help="hit only this operation of the service; may be repeated")
    failing.add_argument(
        "--seconds", type=float, default=1.0, help="delay of latency; time until kill or interrupt (default 1)"
    )
    failing.add_argument("--status", type=int, default=500, help="status of model-error")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line, by default with the arguments of this process; returns the exit code."""
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
