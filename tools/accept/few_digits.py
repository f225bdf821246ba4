"""A build folder with a few digits of MNIST, published for jobs of SageMaker, and the training commands upon it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from contract.bucket_layout import channels_prefix
from tools.accept.objects import delete_below, keys_below
from tools.accept.stage import Stage
from tools.accept.story import Differs
from tools.deployment import ROOT
from training.data.data_folder import read_data_manifest, write_data_folder
from training.data.dataset import Dataset
from training.data.sources import NPM_FOLDER, npm_source

COUNTS = {"train": 1500, "validation": 300, "test": 300}
PARTS = 2
"""Files of each channel: enough for two machines, too few for three."""
PROGRAM_SECONDS = 300
"""A command that starts and follows nothing."""


class FewDigits:
    """A build folder for one story.

    Parameters
    ----------
    stage
        Where it plays; the folder is removed at its end.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        folder = tempfile.TemporaryDirectory(prefix="digits-accept-")
        stage.at_end(f"the folder {folder.name}", folder.cleanup)
        self.folder = Path(folder.name)
        whole = npm_source(ROOT / NPM_FOLDER).load()
        train, validation, test = (whole.splits()[name].slice(0, count) for name, count in COUNTS.items())
        dataset = Dataset(train=train, validation=validation, test=test, source=whole.source, sha256=whole.sha256)
        write_data_folder(self.folder / "data", dataset, parts=PARTS)

        self.channels = channels_prefix(read_data_manifest(self.folder / "data").channels_digest("csv"))
        """Where the channels are in the bucket, once they are published."""

    def publish(self) -> None:
        """Put the channels into the bucket, until the story ends unless they were there before."""
        if not keys_below(self._stage, self.channels):
            place = f"s3://{self._stage.bucket}/{self.channels}"
            self._stage.at_end(place, delete_below, self._stage, self.channels)
        self._stage.say("publishing 1,500 digits")
        self.run("publish", "--channels")

    def run(self, *words: str, seconds: float = PROGRAM_SECONDS, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run `python -m training`; another exit code than `code` ends the story."""
        done = self._stage.program(
            "training", *words, seconds=seconds, DIGITS_BUILD=str(self.folder), DIGITS_MANIFEST=str(self.manifest)
        )
        if done.returncode != code:
            command = f"'python -m training {' '.join(words)}' ends with exit code {code}"
            raise Differs(command, f"{done.returncode}: {(done.stderr or done.stdout)[-500:]}")
        return done

    @property
    def manifest(self) -> Path:
        """The manifest that `promote` would change: one of the folder's own."""
        return self.folder / "current.json"
