"""Folders of CloudFormation templates: cloud assemblies of the CDK, nested ones too, or bare `NAME.template.json`.

They are read, checked for what every template has, and resolved (`tools/review/resolution.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract.json_text import within_limits
from tools.review.change import Template
from tools.review.resolution import resolve
from tools.review.texts import shortened

SUFFIX = ".template.json"
NESTED = ".nested"
LOOP = ("Fn::ForEach", "Fn::Transform")
"""Beginnings of names of entries that are no entries: CloudFormation makes others of them."""


class TemplateError(Exception):
    """A folder or a template cannot be read; the text is for the user."""


def read_environments(folder: Path) -> dict[str, dict[str, Template]]:
    """Read the templates of a folder, or of each of its folders when each is the assembly of an environment.

    Returns
    -------
    dict
        By environment (`""` when the folder itself is the only one), then by stack.

    Raises
    ------
    TemplateError
        If there is no such folder, or a template is no template.
    """
    if not folder.is_dir():
        msg = f"{folder}: there is no such folder; expected one with NAME{SUFFIX} files"
        raise TemplateError(msg)
    if (folder / "manifest.json").exists() or any(folder.glob(f"*{SUFFIX}")):
        return {"": read_folder(folder)}
    inner = [child for child in sorted(folder.iterdir()) if child.is_dir() and any(child.rglob(f"*{SUFFIX}"))]
    return {child.name: read_folder(child) for child in inner} if inner else {"": {}}


def read_folder(folder: Path) -> dict[str, Template]:
    """Read every template below a folder, by the name of its stack.

    Raises
    ------
    TemplateError
        If a file is no template.
    """
    files = sorted(folder.rglob(f"*{SUFFIX}"))
    return {_name(path, folder): resolve(_read(path)) for path in files if not _in_asset(path, folder)}


def _in_asset(path: Path, folder: Path) -> bool:
    return any(part.startswith("asset.") for part in path.relative_to(folder).parts[:-1])


def _name(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix().removesuffix(SUFFIX)
    alone = name.removesuffix(NESTED)
    return name if (folder / f"{alone}{SUFFIX}").exists() else alone


def _read(path: Path) -> dict[str, Any]:
    try:
        template = json.loads(
            within_limits(path.read_bytes()),
            object_pairs_hook=_object,
            parse_constant=_number,
            parse_float=_number,
            parse_int=_whole_number,
        )
    except (OSError, ValueError, RecursionError) as error:
        msg = f"{path}: no template can be read from it: {error}"
        raise TemplateError(msg) from error
    if not isinstance(template, dict):
        msg = f"{path}: a template is a JSON object, not {type(template).__name__}"
        raise TemplateError(msg)
    _check_sections(path, template)
    _check_resources(path, template.get("Resources", {}))
    return template


def _check_sections(path: Path, template: Mapping[str, Any]) -> None:
    for section in ("Resources", "Outputs", "Parameters", "Conditions", "Mappings", "Rules"):
        entries = template.get(section, {})
        if not isinstance(entries, dict):
            msg = f"{path}: {section} is a JSON object, not {type(entries).__name__}"
            raise TemplateError(msg)
        for name, entry in entries.items() if section in ("Outputs", "Parameters") else ():
            if not isinstance(entry, dict) and not name.startswith(LOOP):
                msg = f"{path}: {name} of the {section} is a JSON object, not {type(entry).__name__}"
                raise TemplateError(msg)


def _check_resources(path: Path, resources: Mapping[str, Any]) -> None:
    for logical_id, resource in resources.items():
        if logical_id.startswith(LOOP):
            continue
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            msg = f"{path}: resource {logical_id} has no Type"
            raise TemplateError(msg)
        if not isinstance(resource.get("Properties", {}), dict):
            msg = f"{path}: the Properties of {logical_id} are a JSON object"
            raise TemplateError(msg)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        msg = f"{next(name for name in found if names.count(name) > 1)} stands twice in an object"
        raise ValueError(msg)
    return found


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        msg = f"{shortened(text, 30)} is no number that CloudFormation takes"
        raise ValueError(msg)
    return number


def _whole_number(text: str) -> int:
    _number(text)
    return int(text)
