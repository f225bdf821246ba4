"""The commands as people meet them: the chain works, every mistake is one sentence, code 2, and nothing changed."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.training_digits import small_data_folder
from training.commands.command_line import main

FIT = ["--num-round", "4", "--set", "max_leaves=8", "--set", "nthread=1"]


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build folder after fit, evaluate and package on small digits."""
    build = tmp_path_factory.mktemp("build")
    small_data_folder(build)
    for command in (["fit", *FIT], ["evaluate"], ["package"]):
        assert main(["--build", str(build), *command]) == 0
    return build


@pytest.fixture
def build(packaged: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    import shutil

    return Path(shutil.copytree(packaged, tmp_path / "build"))


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(capsys: pytest.CaptureFixture[str], build: Path, *command: str) -> str:
    """Run a command that must fail: one line on stderr, exit code 2, no file changed. Returns the line."""
    before = tree(build)
    capsys.readouterr()
    assert main(["--build", str(build), *command]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    assert tree(build) == before
    return error


@pytest.mark.parametrize(
    "option",
    ["--dry-run", "--set=parallel=2", "--set=spot=false", "--no-wait", "--set=volume_gb=20", "--set=strategy=Random"],
)
def test_a_search_here_takes_no_options_of_tuning_jobs(
    option: str, build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "add --where sagemaker or leave it out" in refused(capsys, build, "tune", option)


def test_parts_that_are_nowhere_are_no_environment(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(capsys, build, "prepare", "--stream-parts", "nowhere")
    assert "nowhere holds no parts; give s3://BUCKET/stream/parts/ or a folder" in error


def test_the_chain_leaves_a_manifest_that_tells_of_the_archive(packaged: Path) -> None:
    manifest = json.loads((packaged / "model/manifest.json").read_bytes())
    assert manifest["schema"] == "digits.model/1"
    assert manifest["artifact"]["size_bytes"] == (packaged / "model/model.tar.gz").stat().st_size
    assert manifest["metrics"]["accuracy"] > 0.8
    assert manifest["hyperparameters"]["num_round"] == "4"
    assert (packaged / "model/confusion.png").read_bytes().startswith(b"\x89PNG")


def test_packaging_again_gives_the_same_files(build: Path) -> None:
    before = tree(build)
    assert main(["--build", str(build), "package"]) == 0
    assert tree(build) == before


@pytest.mark.slow
def test_fitting_again_gives_the_same_model(build: Path) -> None:
    before = (build / "model/xgboost-model").read_bytes()
    assert main(["--build", str(build), "fit", *FIT, "--from", "csv"]) == 0
    assert (build / "model/xgboost-model").read_bytes() == before


@pytest.mark.slow
def test_look_draws_digits_and_the_hardest_of_them(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--build", str(build), "look", "--columns", "4"]) == 0
    names = {path.name for path in (build / "pictures").iterdir()}
    assert names == {"digits.png", "histogram.png", "hardest.png"}
    assert "hardest for the model" in capsys.readouterr().out
    (build / "model/xgboost-model").unlink()
    assert main(["--build", str(build), "look", "--columns", "4"]) == 0
    assert "no model yet, so no hardest digits are shown" in capsys.readouterr().out


def test_promote_writes_once_and_says_so(build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest, current = str(build / "model/manifest.json"), str(tmp_path / "models/current.json")
    promote = ["--build", str(build), "promote", manifest, "--to", current]
    assert main(promote) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "what this promotion changes" in told
    assert "not calibrated: its probabilities are taken as they are, and a digit is unsure below 0.6" in told
    assert f"python -m tools.calibrate --build {build} --manifest {manifest}" in told
    assert (tmp_path / "models/current.json").read_bytes() == (build / "model/manifest.json").read_bytes()
    assert main(promote) == 0
    assert "nothing changed" in capsys.readouterr().out


def change_manifest(build: Path, **changes: Any) -> None:
    path = build / "model/manifest.json"
    document = json.loads(path.read_bytes())
    document["data"] |= changes
    path.write_text(json.dumps(document))


def test_promote_shows_what_a_stranger_wrote_as_text(
    build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change_manifest(build, source="[link=http://evil]x[/link][/]\x1b[2J\u202e:bomb:" + "y" * 900)
    to = tmp_path / "current.json"
    assert main(["promote", str(build / "model/manifest.json"), "--to", str(to)]) == 0
    shown = "".join(re.findall("[^\\s│]", capsys.readouterr().out))
    assert r"\u001b[2J\u202e:bomb:" in shown
    assert "\x1b[2J" not in shown
    assert shown.count("y" * 10) < 60
    assert to.exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (
            b'{"schema": "digits.model/1", "schema": "digits.model/1"}',
            'the member "schema" occurs more than once',
        ),
        (b'{"\\ud800": 1}', "has a name that is not Unicode"),
        (
            b'{"hyperparameters": {%s}}' % b",".join(b'"%d": 1' % number for number in range(99)),
            "... and ",
        ),
    ],
)
def test_promote_refuses_manifests_in_a_sentence(
    build: Path, capsys: pytest.CaptureFixture[str], content: bytes, complaint: str
) -> None:
    (build / "model/manifest.json").write_bytes(content)
    command = ["promote", str(build / "model/manifest.json"), "--to", str(build / "current.json")]
    assert main(command) == 2
    assert complaint in capsys.readouterr().err
    assert not (build / "current.json").exists()


@pytest.mark.parametrize("more", [b"\0", gzip.compress(b"evil", mtime=0)])
def test_promote_takes_only_canonical_archives(build: Path, capsys: pytest.CaptureFixture[str], more: bytes) -> None:
    archive, path = (build / "model/model.tar.gz").read_bytes() + more, build / "model/manifest.json"
    (build / "model/model.tar.gz").write_bytes(archive)
    document, sha256 = json.loads(path.read_bytes()), hashlib.sha256(archive).hexdigest()
    document["artifact"] = {"sha256": sha256, "size_bytes": len(archive), "key": f"models/{sha256}/model.tar.gz"}
    path.write_text(json.dumps(document))
    assert "follows the end of the gzip member" in refused(
        capsys, build, "promote", str(path), "--to", str(build / "current.json")
    )


def test_promote_leaves_the_file_alone_when_the_same_model_was_trained_again(
    build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = json.loads((build / "model/manifest.json").read_bytes())
    earlier["training"] |= {"created_at": "2020-01-01T00:00:00+00:00", "seconds": 7.0}
    earlier["training"]["host"] = {"platform": "another", "python": "3.11.0", "processors": 64}
    to = tmp_path / "current.json"
    to.write_text(json.dumps(earlier))
    before = to.read_bytes()
    assert main(["promote", str(build / "model/manifest.json"), "--to", str(to)]) == 0
    assert f"nothing changed: {to} has this model already" in capsys.readouterr().out.replace("\n", " ")
    assert to.read_bytes() == before


@pytest.mark.parametrize("name", ["", "Prod", "a b", "x" * 17])
def test_what_names_no_environment_is_refused(build: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert f"{name!r} is not the name of an environment" in refused(capsys, build, "jobs", "--environment", name)


def test_promote_takes_its_destination_from_the_environment(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITS_MANIFEST", str(tmp_path / "mine.json"))
    assert main(["promote", str(build / "model/manifest.json")]) == 0
    assert (tmp_path / "mine.json").exists()


def test_a_worse_model_is_promoted_only_with_a_reason(
    build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, manifest = tmp_path / "build/current.json", build / "model/manifest.json"
    better = json.loads(manifest.read_bytes())
    wrong = next(
        (row, column)
        for row in range(10)
        for column in range(10)
        if row != column and better["metrics"]["confusion"][row][column]
    )
    better["metrics"]["confusion"][wrong[0]][wrong[1]] -= 1
    better["metrics"]["confusion"][wrong[0]][wrong[0]] += 1
    better["metrics"]["accuracy"] = sum(better["metrics"]["confusion"][digit][digit] for digit in range(10)) / 100
    to.write_text(json.dumps(better))
    assert "give a reason with --because" in refused(capsys, build, "promote", str(manifest), "--to", str(to))
    assert "give a reason with --because" in refused(
        capsys, build, "promote", str(manifest), "--to", str(to), "--because", "  "
    )
    assert main(["promote", str(manifest), "--to", str(to), "--because", "a trial"]) == 0
    assert json.loads(to.read_bytes())["because"] == "a trial"


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("fit --set foo=1", "there is no option or hyperparameter foo; hyperparameters are num_round,"),
        ("fit --set foo=", "there is no option or hyperparameter foo"),
        ("fit --set foo", "is not NAME=VALUE"),
        ("fit --set eta=2", "eta: 2.0 is not in [0, 1]"),
        ("fit --num-round many", "could not parse 'many'"),
        ("fit --set objective=reg:squarederror", "does not fit digits"),
        ("fit --set num_class=", "require input for parameter 'num_class'"),
        ("fit --from punchcards", "--from"),
        ("fit --quality worst", "value for '--quality': 'worst' is not one of 'default', 'best'; see"),
        ("fit --channels /nowhere", "there are no part files in /nowhere/train; correct the folder"),
        ("fit --from csv --external-memory 1GB", "--from is for the prepared data in memory"),
        ("fit --from csv --channels /nowhere", "--from is for the prepared data in memory"),
        ("publish --format parquet", "--format is the format of the channels; add --channels"),
        ("prepare --leave-out-conflicts", "--leave-out-conflicts is for the digits of a stream; add --from-stream"),
        ("pipeline --follow --num-round 3", "--num-round is for a new execution, and --follow starts none"),
        ("pipeline --follow --set Eta=0.1", "--set is for a new execution, and --follow starts none"),
        ("jobs digits-local-x --limit 3", "--limit selects from the list"),
        ("tune --where sagemaker --set rows=10", "--set rows is for local searches"),
        ("tune --attach x --trials 3", "--trials is for a new search, and --attach starts none"),
        ("tune --stop x --attach y", "--attach is for a new search, and --stop starts none"),
        ("tune --stop x --set eta=0.1", "--set is for a new search, and --stop starts none"),
        ("fit --wrong", "no such option"),
        ("prepare /nowhere", "is not a source"),
        ("prepare --parts 0", "--parts"),
        ("look --columns 0", "--columns"),
        ("promote /nowhere/manifest.json", "there is no manifest of a model at /nowhere/manifest.json"),
        ("promote", "no manifest was given"),
        ("publish --manifest /nowhere/manifest.json", "there is no manifest of a model at /nowhere/manifest.json"),
        ("publish", "AWS_ENDPOINT_URL is not set"),
        ("fly", "no such command"),
    ],
)
def test_a_wrong_command_is_one_sentence(
    build: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    complaint: str,
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM", "DIGITS_ENVIRONMENT", "DIGITS_MANIFEST"):
        monkeypatch.delenv(name, raising=False)
    assert complaint in refused(capsys, build, *command.split())


@pytest.mark.parametrize(
    "command", ["tune --stop", "tune --attach", "fit --channels", "fit --dask", "publish --bucket", "submit --name"]
)
def test_an_empty_value_is_not_the_default(build: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    name, option = command.split()
    assert f"{option} has an empty value; give one" in refused(capsys, build, name, f"{option}=")


@pytest.mark.parametrize("command", ["fit", "evaluate", "package", "look", "publish", "publish --channels"])
def test_an_empty_build_folder_says_what_to_run_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert "run: python -m training " in refused(capsys, tmp_path, *command.split())


def damage_model(build: Path) -> None:
    path = build / "model/xgboost-model"
    path.write_bytes(path.read_bytes()[:-1000])


def pickle_model(build: Path) -> None:
    (build / "model/xgboost-model").write_bytes(pickle.dumps({"a": 1}))


def swap_model(build: Path) -> None:
    assert main(["--build", str(build), "fit", *FIT, "--set", "seed=7"]) == 0


def damage_archive(build: Path) -> None:
    path = build / "model/model.tar.gz"
    path.write_bytes(path.read_bytes()[:-1])


def damage_manifest(build: Path) -> None:
    (build / "model/manifest.json").write_text("{")


def damage_evaluation(build: Path) -> None:
    path = build / "model/evaluation.json"
    path.write_text(path.read_text().replace('"accuracy": 0.', '"accuracy": 0.0'))


def remove_archive(build: Path) -> None:
    (build / "model/model.tar.gz").unlink()


@pytest.mark.parametrize(
    ("damage", "command", "complaint"),
    [
        (damage_model, "evaluate", "damaged UBJSON"),
        (damage_model, "package", "damaged UBJSON"),
        (pickle_model, "evaluate", "is a pickle"),
        (pickle_model, "package", "is a pickle"),
        (pickle_model, "look", "is a pickle"),
        (swap_model, "package", "run: python -m training --build {build} evaluate"),
        (damage_evaluation, "package", "for the confusion matrix has"),
        (damage_archive, "promote {build}/model/manifest.json --to {build}/current.json", "has sha256"),
        (damage_archive, "publish --bucket some-bucket", "its manifest says"),
        (remove_archive, "promote {build}/model/manifest.json --to {build}/current.json", "there is no"),
        (damage_manifest, "promote {build}/model/manifest.json --to {build}/current.json", "is not JSON"),
        (damage_manifest, "publish --bucket some-bucket", "is not JSON"),
    ],
)
def test_damage_is_named_and_nothing_else_changes(
    build: Path, capsys: pytest.CaptureFixture[str], damage: object, command: str, complaint: str
) -> None:
    assert callable(damage)
    damage(build)
    assert complaint.format(build=build) in refused(capsys, build, *command.format(build=build).split())


def test_a_path_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    small_data_folder(tmp_path)
    (tmp_path / "model").write_text("in the way")
    assert "model" in refused(capsys, tmp_path, "fit", *FIT)
    (tmp_path / "model").unlink()
    (tmp_path / "model/xgboost-model").mkdir(parents=True)
    assert f"{tmp_path}/model/xgboost-model: is a directory" in refused(capsys, tmp_path, "fit", *FIT)


def test_no_command_at_all_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    shown = capsys.readouterr()
    assert "promote" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize("command", ["", "prepare", "look", "fit", "evaluate", "package", "publish", "promote"])
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([*command.split(), "--help"]) == 0
    assert "Usage: python -m training" in capsys.readouterr().out
