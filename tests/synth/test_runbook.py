"""The runbook and the alarms belong together: each alarm has an entry, each entry an alarm; what it names is there."""

from __future__ import annotations

import dataclasses
import re

import pytest

from stacks.parts import Parts
from stacks.settings import DEV
from stacks.shared.alarm import RUNBOOK
from stacks.training.settings import TrainingSettings
from tests.support.assemblies import ROOT, Assembly, Json, as_text, make_app
from tests.synth.test_operations import dashboard_of

TEXT = (ROOT / RUNBOOK).read_text(encoding="utf-8")
FIELDS = ("Means", "Users see", "Look", "Do", "Over when")
ROLLBACK = "rollback"


def entries() -> dict[str, str]:
    """The entries by their heading."""
    (section,) = re.findall(r"^## Alarms\n(.*?)^## ", TEXT, re.MULTILINE | re.DOTALL)
    _, *parts = re.split(r"^### (.+)\n", section, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.fixture(scope="module")
def everything(assemblies: dict[str, Assembly], tmp_path_factory: pytest.TempPathFactory) -> list[Assembly]:
    """All environments, and one whose pipeline starts by itself."""
    folder = tmp_path_factory.mktemp("eager")
    eager = dataclasses.replace(DEV, training=TrainingSettings(on_new_data=True), parts=Parts())
    make_app(eager, folder).synth()
    return [*assemblies.values(), Assembly(settings=eager, folder=folder)]


def alarms_by_entry(assemblies: list[Assembly]) -> dict[str, set[str]]:
    """Names of the alarms of all stacks of all environments by the entry that they lead to; ENV for the environment."""
    found: dict[str, set[str]] = {}
    for assembly in assemblies:
        for part in assembly.settings.parts.stacks:
            for alarm in _alarms(assembly, part):
                (entry,) = re.findall(rf"{RUNBOOK}#([a-z-]+)$", as_text(alarm["AlarmDescription"])) or [""]
                name = as_text(alarm.get("AlarmName", "")).replace(f"-{assembly.settings.environment}-", "-ENV-", 1)
                found.setdefault(entry, set()).add(name)
    return found


def _alarms(assembly: Assembly, part: str) -> list[Json]:
    if not assembly.template_path(part).exists():
        return []
    return [alarm["Properties"] for alarm in assembly.resources("AWS::CloudWatch::Alarm", part).values()]


@pytest.mark.slow
def test_every_alarm_leads_to_an_entry_and_every_entry_is_led_to(everything: list[Assembly]) -> None:
    found = alarms_by_entry(everything)
    assert "" not in found, f"without a word on what to do: {found['']}"
    assert set(found) == set(entries())


@pytest.mark.slow
def test_entries_name_their_alarms(everything: list[Assembly]) -> None:
    found = alarms_by_entry(everything)
    # They are named after the configuration, which CloudFormation names: they are replaced with it.
    assert all(name.startswith("digits-ENV-rollback-<") for name in found.pop(ROLLBACK))
    named = {entry: set(re.findall(r"`(digits-ENV-[a-z-]+)`", _alarms_of(text))) for entry, text in entries().items()}
    del named[ROLLBACK]
    assert named == found


def _alarms_of(text: str) -> str:
    return next(paragraph for paragraph in text.split("\n\n") if paragraph.lstrip().startswith("Alarms: "))


@pytest.mark.parametrize("entry", sorted(entries()))
def test_an_entry_says_everything_that_is_needed_at_night(entry: str) -> None:
    said = dict(re.findall(r"^- \*\*([^*]+):\*\* (.+?)(?=^- |\Z)", entries()[entry], re.MULTILINE | re.DOTALL))
    assert tuple(said) == FIELDS
    assert all(len(text) > 10 for text in said.values())


def test_widgets_that_the_runbook_names_are_on_the_dashboard(prod: Assembly) -> None:
    titles = {widget["properties"].get("title") for widget in dashboard_of(prod)}
    fields = {f"{name}:" for name in FIELDS}
    named = {" ".join(name.split()) for name in re.findall(r"\*\*([^*]+)\*\*", _up_to_training())} - fields
    assert len(named) > 10
    assert named - titles == set()


def test_links_within_the_runbook_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) - headings == set()


def test_settings_that_the_runbook_names_exist() -> None:
    sources = [
        *(ROOT / "stacks").rglob("settings.py"),
        ROOT / "stacks/inference/capacity.py",
    ]
    known = set(re.findall(r"^    (\w+): ", "\n".join(path.read_text() for path in sources), re.MULTILINE))
    known |= {"job_id", "duration_ms", "request_id", "service", "environment", "upload_worker"}
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", _up_to_training()))
    assert named - known == set()


def _up_to_training() -> str:
    return TEXT.partition("## Training jobs")[0]
