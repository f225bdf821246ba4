"""Make the files of the web page out of `web/`: scripts and styles bundled by esbuild, named after their content.

It knows no environment and no AWS; `tools.site` adds the configuration and publishes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.deployment import ROOT, DeploymentError
from tools.process_environment import for_node

SOURCES = ROOT / "web"
ENTRIES = ("main.js", "early.js", "style.css")
ASSETS = "assets"
"""Where the files are whose names carry a digest of their content."""
POLICY_PLACE = "connect-src 'self'"
"""What the source of the page may call; the built one may call what is deployed as well."""


def bundle(folder: Path, *, called: Sequence[str] = ()) -> None:
    """Make the files of the page but for its configuration; the same sources make the same bytes.

    Parameters
    ----------
    folder
        Where to; it holds nothing else afterwards.
    called
        Origins that the page may call beside its own, for its own content security policy.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = _esbuild(folder)
    page = with_names((SOURCES / "index.html").read_text(encoding="utf-8"), names)
    (folder / "index.html").write_text(page.replace(POLICY_PLACE, " ".join([POLICY_PLACE, *called])), encoding="utf-8")


def with_names(page: str, names: Mapping[str, str]) -> str:
    """Put the names of the built files into a page, in place of those of their sources.

    Parameters
    ----------
    page
        The page as HTML, which names sources as `href="..."` and `src="..."`.
    names
        Path of the built file, by that of its source.
    """
    for source, built in names.items():
        for attribute in ("href", "src"):
            page = page.replace(f'{attribute}="{source}"', f'{attribute}="{built}"')
    return page


def _esbuild(folder: Path) -> dict[str, str]:
    """Bundle scripts and styles into `folder/assets`; returns the built file of each source that a page may name."""
    program = ROOT / "node_modules/.bin/esbuild"
    if not program.exists():
        msg = "esbuild is not installed: run 'make setup'"
        raise DeploymentError(msg)
    meta = folder / "meta.json"
    arguments = [
        *(f"web/{name}" for name in ENTRIES),
        "--bundle",
        "--splitting",
        "--format=esm",
        "--minify",
        "--target=es2022",
        "--loader:.svg=file",
        "--log-level=warning",
        f"--outdir={folder / ASSETS}",
        *(f"--{kind}-names=[name]-[hash]" for kind in ("entry", "chunk", "asset")),
        f"--metafile={meta}",
    ]
    process = subprocess.run(
        [str(program), *arguments],
        cwd=ROOT,
        env=for_node(os.environ),
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if process.returncode:
        msg = f"esbuild refuses the sources of the page:\n{process.stderr.strip()}"
        raise DeploymentError(msg)
    outputs = json.loads(meta.read_text(encoding="utf-8"))["outputs"]
    meta.unlink()
    return {name: f"{ASSETS}/{Path(built).name}" for built, output in outputs.items() if (name := _source(output))}


def _source(output: Mapping[str, Any]) -> str | None:
    """The source that an output stands for: an entry, what is imported when it is needed, or a picture."""
    inputs = list(output["inputs"])
    name = output.get("entryPoint") or (inputs[0] if len(inputs) == 1 and inputs[0].endswith(".svg") else "")
    return str(name).removeprefix("web/") if str(name).startswith("web/") else None
