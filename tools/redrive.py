"""Retry failed uploads: `python -m tools.redrive ENVIRONMENT`, what `make redrive` runs.

Moves every dead letter back into the queue, waits for the jobs, and prints how they ended and what is left. With
`--look` nothing is moved. Interrupting it loses nothing. When to do this: `docs/operations.md`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from contract.json_text import read_json
from contract.visible import visible
from tools.dead_letters import DeadLetter, DeadLetterQueue
from tools.deployment import FAILURES, Deployment, DeploymentError, stack_outputs
from tools.environments import add_environment, chosen_environment, deployment_with
from training.common.terminal import prepare_terminal

SHOWN = 20
"""Most dead letters or jobs that are listed."""

WAIT_SECONDS = 60
LOOK_AGAIN_SECONDS = 1
JOBS_AT_ONCE = 100
PENDING, FORGOTTEN, UNREADABLE = "PENDING", "FORGOTTEN", "UNREADABLE"


@dataclass(frozen=True, kw_only=True)
class JobTable:
    """The table of jobs, for looking only."""

    client: Any
    name: str

    def ends(self, job_ids: Iterable[str]) -> dict[str, str]:
        """How each job stands, in a few words; those that the table does not know (any more) are forgotten."""
        wanted = sorted(set(job_ids))
        found: dict[str, str] = {}
        for start in range(0, len(wanted), JOBS_AT_ONCE):
            keys = [{"job_id": {"S": job_id}} for job_id in wanted[start : start + JOBS_AT_ONCE]]
            asked: dict[str, Any] = {self.name: {"Keys": keys, "ConsistentRead": True}}
            while asked:
                answer = self.client.batch_get_item(RequestItems=asked)
                found |= {item["job_id"]["S"]: _end(item) for item in answer["Responses"].get(self.name, [])}
                asked = answer.get("UnprocessedKeys") or {}
        return {job_id: found.get(job_id, FORGOTTEN) for job_id in wanted}


def _end(item: dict[str, Any]) -> str:
    """How a job stands; a damaged record must not prevent the retry of all others."""
    try:
        return _described(item)
    except (ValueError, TypeError, KeyError, AttributeError):
        return UNREADABLE


def _described(item: dict[str, Any]) -> str:
    status = str(item["status"]["S"])
    outcome = read_json(item.get("outcome", {}).get("S", "{}"))
    if digits := outcome.get("digits"):
        return f"{status}: {' '.join(str(digit['digit']) for digit in digits)}"
    return f"{status}: {outcome['reason']['title']}" if outcome.get("reason") else status


def look(queue: DeadLetterQueue, jobs: JobTable, say: Callable[[str], None]) -> int:
    """Show what is there; returns the exit code."""
    found = queue.look()
    say(f"dead letters: {len(found)}")
    ends = jobs.ends(job_id for each in found for job_id in each.job_ids)
    _list([_line(each, ends, time.time()) for each in found], say)
    return 0


def redrive(queue: DeadLetterQueue, jobs: JobTable, say: Callable[[str], None], *, wait_seconds: float) -> int:
    """Move all dead letters and follow their jobs; returns 0 if all jobs have ended and none is left, else 1."""
    moved: list[DeadLetter] = []
    for step in queue.move():
        moved += step.dead_letters
        if step.dead_letters:
            say(f"dead letters moved back into the queue: {len(moved)}")
        for cause in step.refused:
            say(f"not moved, still a dead letter: {cause}")
        if step.returned:
            say(f"failed again already: {step.returned}")
    job_ids = [job_id for each in moved for job_id in each.job_ids]
    strangers = sum(not each.job_ids for each in moved)
    if strangers:
        say(f"not an event of S3, so the worker will fail again: {strangers}")
    ends = _wait_for(jobs, job_ids, wait_seconds)
    _list([f"job {job_id}  {end}" for job_id, end in ends.items()], say)
    counted = Counter(end.partition(":")[0] for end in ends.values())
    if ends:
        say(f"ended: {', '.join(f'{number} {status}' for status, number in sorted(counted.items()))}")
    left = queue.count()
    say(f"dead letters left: {left}" if moved or left else "there are no dead letters")
    if counted[PENDING]:
        say(f"still pending after {wait_seconds:.0f} s: {counted[PENDING]}; see the log of the worker")
    return 1 if left or counted[PENDING] else 0


def _wait_for(jobs: JobTable, job_ids: Sequence[str], wait_seconds: float) -> dict[str, str]:
    deadline = time.monotonic() + wait_seconds
    while True:
        ends = jobs.ends(job_ids)
        if PENDING not in ends.values() or time.monotonic() >= deadline:
            return ends
        time.sleep(LOOK_AGAIN_SECONDS)


def _line(dead_letter: DeadLetter, ends: dict[str, str], now: float) -> str:
    about = "; ".join(f"job {job_id}  {ends[job_id]}" for job_id in dead_letter.job_ids) or "not an event of S3"
    return f"{about}  sent {_ago(now - dead_letter.sent_at)} ago, received {dead_letter.receives} times"


def _ago(seconds: float) -> str:
    minutes = max(0, int(seconds)) // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _list(lines: Sequence[str], say: Callable[[str], None]) -> None:
    for line in lines[:SHOWN]:
        say(f"  {line}")
    if len(lines) > SHOWN:
        say(f"  ... and {len(lines) - SHOWN} more")


def queues_of(deployment: Deployment) -> tuple[DeadLetterQueue, JobTable]:
    """The queues and the table of a deployment.

    Raises
    ------
    DeploymentError
        If uploads are not deployed.
    """
    outputs = stack_outputs(deployment, "upload")
    if not outputs:
        how = "'make up'" if deployment.is_emulated else f"'make deploy ENV={deployment.environment}'"
        msg = f"there is no stack {deployment.stack('upload')}: run {how} first"
        raise DeploymentError(msg)
    queue = DeadLetterQueue(deployment.client("sqs"), url=outputs["DeadLettersUrl"], source_url=outputs["QueueUrl"])
    return queue, JobTable(client=deployment.client("dynamodb"), name=outputs["JobsTableName"])


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.redrive", description="Retry failed uploads.")
    add_environment(parser)
    parser.add_argument("--look", action="store_true", help="only show the dead letters")
    parser.add_argument(
        "--wait", type=float, default=WAIT_SECONDS, metavar="SECONDS", help="maximum time to wait for the jobs to end"
    )
    options = parser.parse_args(arguments)
    try:
        environment = chosen_environment(parser, options)
        queue, jobs = queues_of(deployment_with(environment, "uploads", subject="uploads"))
        if options.look:
            return look(queue, jobs, _say)
        return redrive(queue, jobs, _say, wait_seconds=options.wait)
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is lost: what was not moved is still a dead letter", file=sys.stderr)
        return 130
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _say(text: str) -> None:
    print(visible(text), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
