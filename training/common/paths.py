"""The paths of everything that the stages write: one folder, `build/` by default, the same names below it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from contract.bucket_layout import ARCHIVE_NAME


@dataclass(frozen=True, kw_only=True)
class BuildPaths:
    """Paths below one build folder.

    Parameters
    ----------
    build
        folder that holds `data/` and `model/`
    """

    build: Path = Path("build")

    @property
    def data(self) -> Path:
        """Folder of the arrays, the channels and their manifest; written and replaced as a whole by `prepare`."""
        return self.build / "data"

    @property
    def model_folder(self) -> Path:
        """Folder of the model and everything said about it."""
        return self.build / "model"

    @property
    def model(self) -> Path:
        """The booster, UBJSON, under the name that the built-in container looks for."""
        return self.model_folder / "xgboost-model"

    @property
    def fit_record(self) -> Path:
        """How the model came about: hyperparameters, rounds, data, machine."""
        return self.model_folder / "fit.json"

    @property
    def evaluation(self) -> Path:
        """The metrics of the model on the test images."""
        return self.model_folder / "evaluation.json"

    @property
    def confusion_picture(self) -> Path:
        """The confusion matrix as a picture."""
        return self.model_folder / "confusion.png"

    @property
    def archive(self) -> Path:
        """The artifact that an endpoint serves."""
        return self.model_folder / ARCHIVE_NAME

    @property
    def manifest(self) -> Path:
        """The manifest of the packaged model; `promote` makes it the current one."""
        return self.model_folder / "manifest.json"

    @property
    def tuning(self) -> Path:
        """Folder of what a search for better hyperparameters found."""
        return self.build / "tuning"

    @property
    def tuning_best(self) -> Path:
        """The hyperparameters that the last search found best."""
        return self.tuning / "best.json"

    def registered(self, version: int) -> Path:
        """Folder of a model that was taken from the registry."""
        return self.build / "registry" / str(version)

    @property
    def pictures(self) -> Path:
        """Folder of the pictures that `look` draws."""
        return self.build / "pictures"
