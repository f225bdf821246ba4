"""What the sources of the web page promise: no markup of data, nothing inline, a sentence for each problem."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from http_api.problem_table import FAILURE_REASONS, PREDICTION_PROBLEMS, UPLOAD_PROBLEMS
from stacks.api.gateway_problems import GATEWAY_PROBLEMS
from stacks.shared.node import node_binary
from tools.process_environment import for_node

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "web"
PAGE = (WEB / "index.html").read_text()
MODULES = sorted(WEB.glob("*.js"))
SCRIPTS = sorted((ROOT / "tests/web").glob("*.test.mjs"))
SLUGS = sorted(
    {problem.slug for problem in (*PREDICTION_PROBLEMS, *UPLOAD_PROBLEMS, *FAILURE_REASONS)}
    | {problem.slug for problem in GATEWAY_PROBLEMS.values()}
)
# What only programs meet: the page never sends rows, JSON or paths of its own making.
NEVER_MET = {
    "invalid-json",
    "malformed-request",
    "method-not-allowed",
    "not-found",
    "wrong-length",
    "wrong-row-count",
    "wrong-structure",
    "wrong-value",
}


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug not in NEVER_MET])
def test_every_problem_has_a_sentence(slug: str) -> None:
    assert f'"{slug}":' in (WEB / "words.js").read_text()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_module_makes_markup_of_text(module: Path) -> None:
    source = module.read_text()
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source) == []
    assert source.startswith("/**"), "a module says first what it is"


def test_no_module_waits_for_the_browser_to_be_idle() -> None:
    """Chromium lets `toBlob` wait up to a second while somebody draws; the answer would come as late."""
    assert [module.name for module in MODULES if ".toBlob(" in module.read_text()] == []


def test_the_page_has_nothing_inline_and_nothing_foreign() -> None:
    assert re.findall(r'\sstyle="|\son\w+="|<style|<script>|https?://', PAGE) == []


def test_every_element_that_a_module_looks_for_is_on_the_page() -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', PAGE))
    wanted = {name for module in MODULES for name in re.findall(r'byId\("([^"]+)"\)', module.read_text())}
    assert wanted - ids == set()


@pytest.fixture(scope="module")
def scripts() -> Iterator[Mapping[Path, subprocess.Popen[str]]]:
    """The tests of what is pure, all at once: they spend their time waiting."""
    begun = {
        script: subprocess.Popen(
            [str(node_binary()), "--no-warnings", "--test", str(script)],
            env=for_node(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for script in SCRIPTS
    }
    yield begun
    for process in begun.values():
        process.kill()
        process.communicate()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_is_pure_does_what_it_should(script: Path, scripts: Mapping[Path, subprocess.Popen[str]]) -> None:
    told, _ = scripts[script].communicate(timeout=200)
    assert scripts[script].returncode == 0, told
