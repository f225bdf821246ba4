"""Update the snapshots of the templates and classify the changes: `python -m tools.snapshots`, or `make snapshots`.

The snapshots are the templates as they were reviewed last, one file for each stack and environment.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.command_line import parser_of
from tools.review.differences import DifferenceError
from tools.review.report import as_text
from tools.review.review import review
from tools.review.templates import SUFFIX, TemplateError, read_environments
from training.common.terminal import prepare_terminal

ROOT = Path(__file__).resolve().parent.parent
TESTS = "tests/synth/test_snapshots.py"
SNAPSHOTS = ROOT / "tests/synth/__snapshots__/test_snapshots"


def copy_templates(snapshots: Path, folder: Path) -> None:
    """Copy snapshots as a review reads templates: `dev/api.template.json` for `test_template[dev-api].json`."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(snapshots.glob("test_template*.json")):
        environment, _, part = path.stem.partition("[")[2].rstrip("]").partition("-")
        (folder / environment).mkdir(exist_ok=True)
        shutil.copyfile(path, folder / environment / f"{part}{SUFFIX}")


@contextmanager
def kept_when_interrupted(folder: Path) -> Iterator[None]:
    """Put the files of a folder back after a Ctrl-C: the plug-in deletes each snapshot that no test has reached."""
    with tempfile.TemporaryDirectory() as temporary:
        former = shutil.copytree(folder, Path(temporary) / folder.name)
        try:
            yield
        except KeyboardInterrupt:
            shutil.copytree(former, folder, dirs_exist_ok=True)
            raise


def main(arguments: list[str]) -> int:
    """Write the snapshots with pytest, which gets the arguments; returns its exit code, or 2 without a review."""
    prepare_terminal()
    parser = parser_of("tools.snapshots", __doc__)
    parser.epilog = "Other arguments are those of pytest, such as -k prod."
    _, options = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        before, after = Path(temporary) / "before", Path(temporary) / "after"
        copy_templates(SNAPSHOTS, before)
        command = [sys.executable, "-m", "pytest", TESTS, "--snapshot-update", "--quiet", *options]
        with kept_when_interrupted(SNAPSHOTS):
            code = subprocess.run(command, cwd=ROOT, check=False).returncode
        copy_templates(SNAPSHOTS, after)
        try:
            print(as_text(review(read_environments(before), read_environments(after))))
        except (DifferenceError, TemplateError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
