"""Try uploads that were given up again: `python -m tools.redrive ENVIRONMENT`, what `make redrive` runs.

Moves every dead letter back into the queue, waits a little, and says how the jobs ended and what is still there. With
`--look` nothing is moved. Interrupting it loses nothing. When to do this: `docs/operations.md`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from contract.errors import ContractError
from stacks.settings import ENVIRONMENTS
from tools.dead_letters import DeadLetters, Letter
from tools.deployment import FAILURES, Deployment, DeploymentError, stack_outputs
from tools.environments import deployment_of

SHOWN = 20
"""Most letters or jobs that are listed."""

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
    """How a job stands; a record that somebody has spoilt must not keep all others from being tried again."""
    try:
        return _told(item)
    except (ValueError, TypeError, KeyError, AttributeError):
        return UNREADABLE


def _told(item: dict[str, Any]) -> str:
    status = str(item["status"]["S"])
    outcome = json.loads(item.get("outcome", {}).get("S", "{}"))
    if digits := outcome.get("digits"):
        return f"{status}: {' '.join(str(digit['digit']) for digit in digits)}"
    return f"{status}: {outcome['reason']['title']}" if outcome.get("reason") else status


def look(letters: DeadLetters, jobs: JobTable, say: Callable[[str], None]) -> int:
    """Show what is there; returns the exit code."""
    found = letters.look()
    say(f"dead letters: {len(found)}")
    ends = jobs.ends(job_id for letter in found for job_id in letter.job_ids)
    _list([_line(letter, ends, time.time()) for letter in found], say)
    return 0


def redrive(letters: DeadLetters, jobs: JobTable, say: Callable[[str], None], *, wait_seconds: float) -> int:
    """Move all letters and see what becomes of them; returns 0 if every job has ended and no letter is left, else 1."""
    moved: list[Letter] = []
    for step in letters.move():
        moved += step.letters
        if step.letters:
            say(f"dead letters moved back into the queue: {len(moved)}")
        for cause in step.refused:
            say(f"not moved, still a dead letter: {cause}")
        if step.returned:
            say(f"given up again already: {step.returned}")
    job_ids = [job_id for letter in moved for job_id in letter.job_ids]
    strangers = sum(not letter.job_ids for letter in moved)
    if strangers:
        say(f"no event of S3, and so the worker will give it up again: {strangers}")
    ends = _wait_for(jobs, job_ids, wait_seconds)
    _list([f"job {job_id}  {end}" for job_id, end in ends.items()], say)
    counted = Counter(end.partition(":")[0] for end in ends.values())
    if ends:
        say(f"ended: {', '.join(f'{number} {status}' for status, number in sorted(counted.items()))}")
    left = letters.count()
    say(f"dead letters left: {left}" if moved or left else "there are no dead letters")
    if counted[PENDING]:
        say(f"still pending after {wait_seconds:.0f} s: {counted[PENDING]}; look at the log of the worker")
    return 1 if left or counted[PENDING] else 0


def _wait_for(jobs: JobTable, job_ids: Sequence[str], wait_seconds: float) -> dict[str, str]:
    deadline = time.monotonic() + wait_seconds
    while True:
        ends = jobs.ends(job_ids)
        if PENDING not in ends.values() or time.monotonic() >= deadline:
            return ends
        time.sleep(LOOK_AGAIN_SECONDS)


def _line(letter: Letter, ends: dict[str, str], now: float) -> str:
    about = "; ".join(f"job {job_id}  {ends[job_id]}" for job_id in letter.job_ids) or "no event of S3"
    return f"{about}  sent {_ago(now - letter.sent_at)} ago, received {letter.receives} times"


def _ago(seconds: float) -> str:
    minutes = max(0, int(seconds)) // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _list(lines: Sequence[str], say: Callable[[str], None]) -> None:
    for line in lines[:SHOWN]:
        say(f"  {line}")
    if len(lines) > SHOWN:
        say(f"  ... and {len(lines) - SHOWN} more")


def queues_of(deployment: Deployment) -> tuple[DeadLetters, JobTable]:
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
    letters = DeadLetters(
        deployment.client("sqs"), letters_url=outputs["DeadLettersUrl"], queue_url=outputs["QueueUrl"]
    )
    return letters, JobTable(client=deployment.client("dynamodb"), name=outputs["JobsTableName"])


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.redrive", description="Try given-up uploads again.")
    parser.add_argument("environment", choices=list(ENVIRONMENTS))
    parser.add_argument("--look", action="store_true", help="only show what is there")
    parser.add_argument(
        "--wait", type=float, default=WAIT_SECONDS, metavar="SECONDS", help="how long to wait for the jobs to end"
    )
    options = parser.parse_args(arguments)
    try:
        letters, jobs = queues_of(deployment_of(options.environment))
        if options.look:
            return look(letters, jobs, _say)
        return redrive(letters, jobs, _say, wait_seconds=options.wait)
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is lost: what is not in the queue again is still a dead letter", file=sys.stderr)
        return 130
    except (*FAILURES, ContractError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
