"""Play the stories against what is deployed: `python -m tools.accept ENVIRONMENT`, what `make accept` runs.

Exit code 0 when every story that could be played held, 1 when something differs or could not be cleaned up, 2 when the
run could not begin.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from rich.status import Status

from stacks.settings import Settings, settings_for
from tools.accept.playing import play
from tools.accept.report import Run, announcement, as_json, as_markdown, as_table, details, duration
from tools.accept.stories import STORIES
from tools.accept.story import Interrupted, Outcome, Result, Story
from tools.deployment import FAILURES, ROOT, Deployment
from tools.environments import add_environment, chosen_environment, deployment_of
from training.common.errors import TrainingError
from training.common.interrupts import WholeLines
from training.common.terminal import prepare_terminal

FOLDER = ROOT / "build/accept"
INTERRUPTED = 130
NOT_NAMED = "it disturbs requests of others, and is played in prod only when it is named with --story"

console = WholeLines(highlight=False, stderr=True)
"""For people: standard output has the table or the JSON alone."""


def chosen(names: Sequence[str], environment: str) -> tuple[Story, ...]:
    """The stories that are named, or all; in `prod` without those that disturb requests of others."""
    if names:
        return tuple(story for story in STORIES if story.slug in names)
    return tuple(story for story in STORIES if not (story.disturbs and environment == "prod"))


def play_all(stories: Sequence[Story], deployment: Deployment, settings: Settings, results: list[Result]) -> None:
    """Play stories in turn, and tell of each as it begins and ends."""
    for number, story in enumerate(stories, start=1):
        head = f"{number}/{len(stories)} {story.slug}"
        with console.status(head) if console.is_terminal else nullcontext() as status:
            try:
                result = play(story, deployment, settings, say=_told(status, head))
            except Interrupted as end:
                _tell(head, end.result, results)
                raise
        _tell(head, result, results)


def _tell(head: str, result: Result, results: list[Result]) -> None:
    results.append(result)
    words = "" if result.outcome is Outcome.HELD and not result.left else f": {details(result)}"
    console.print(f"{head}: {result.outcome.value}, {duration(result.seconds)}{words}", markup=False)


def _told(status: Status | None, head: str) -> Callable[[str], None]:
    """Shows what a story is doing, where somebody watches."""
    return lambda text: status.update(f"{head}: {text}") if status else None


def write(run: Run, folder: Path = FOLDER) -> list[Path]:
    """Write the report as JSON and as Markdown; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"{run.environment}.json": json.dumps(as_json(run), indent=2) + "\n"}
    files[f"{run.environment}.md"] = as_markdown(run)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def _agreed(stories: Sequence[Story], environment: str) -> bool:
    console.print(announcement(stories, environment), markup=False)
    return input("Play them? [y/N] ").strip().lower() in {"y", "yes"}


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - git of the surroundings
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip()


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.accept", description="Run the acceptance tests (stories) in an environment."
    )
    add_environment(parser)
    parser.add_argument(
        "--story",
        action="append",
        default=[],
        choices=[story.slug for story in STORIES],
        metavar="NAME",
        help="run only this story; may be repeated, see --list",
    )
    parser.add_argument("--list", action="store_true", help="list the stories and their costs")
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    options.environment = chosen_environment(parser, options)
    return options


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    options = _parse(arguments)
    stories = chosen(options.story, options.environment)
    if options.list:
        print(announcement(stories, options.environment))
        return 0
    try:
        deployment = deployment_of(options.environment)
        if options.environment == "local" or options.yes:
            console.print(announcement(stories, options.environment), markup=False)
        elif not _agreed(stories, options.environment):
            console.print("nothing was played")
            return 2
        return _run(stories, deployment, prints_json=options.json, is_whole=not options.story)
    except (*FAILURES, TrainingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _run(stories: Sequence[Story], deployment: Deployment, *, prints_json: bool, is_whole: bool) -> int:
    settings, began, results = settings_for(deployment.environment), datetime.now(UTC), list[Result]()
    signal.signal(signal.SIGTERM, _interrupt)
    interrupted = False
    try:
        play_all(stories, deployment, settings, results)
    except (Interrupted, KeyboardInterrupt):
        interrupted = True
    if is_whole:
        results += [_not_played(story, interrupted=interrupted) for story in STORIES if _is_missing(story, results)]
    run = Run(
        environment=deployment.environment,
        region=settings.region,
        began=f"{began:%Y-%m-%dT%H:%M:%SZ}",
        commit=_commit(),
        results=tuple(results),
    )
    if prints_json:
        print(json.dumps(as_json(run), indent=2))
    else:
        WholeLines(highlight=False).print(as_table(run))
    for path in write(run):
        console.print(f"wrote {path.relative_to(ROOT)}", markup=False)
    return INTERRUPTED if interrupted else run.exit_code


def _is_missing(story: Story, results: Sequence[Result]) -> bool:
    return story.slug not in {result.story.slug for result in results}


def _not_played(story: Story, *, interrupted: bool) -> Result:
    return Result(story=story, outcome=Outcome.NOT_RUN, reason="interrupted before it" if interrupted else NOT_NAMED)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
