"""The walkthrough as a document: its order, what it may contain, and that it can be opened and imported anywhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tools.notebook import read_notebook

ROOT = Path(__file__).resolve().parents[3]
PATH = ROOT / "notebooks/walkthrough.ipynb"
NOTEBOOK = read_notebook(PATH)
CODE = [cell for cell in NOTEBOOK.cells if cell.cell_type == "code"]
SECTIONS = [
    "1. Imports and settings",
    "2. Download the data",
    "3. Look at the digits",
    "4. Write the channels",
    "5. Upload",
    "6. Find the container",
    "7. Train",
    "8. The model",
    "9. The endpoint",
    "10. Request predictions",
    "11. Clean up",
]
SINCE_PYTHON_311 = {"StrEnum", "UTC", "Self", "assert_never", "LiteralString", "ExceptionGroup", "tomllib", "chdir"}
"""The notebook instance's kernel has Python 3.10: https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-al2023.html"""


def outputs() -> Iterator[NotebookNode]:
    for cell in CODE:
        yield from cell.outputs


def output_text(output: NotebookNode) -> str:
    return str(output.text if output.output_type == "stream" else output.data.get("text/plain", ""))


def test_it_is_a_notebook() -> None:
    nbformat.validate(NOTEBOOK)
    assert NOTEBOOK.nbformat == 4


def test_it_tells_the_story_in_order() -> None:
    headings = [line for cell in NOTEBOOK.cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    assert [line.removeprefix("## ") for line in headings if line.startswith("## ")] == SECTIONS
    assert NOTEBOOK.cells[0].source.startswith("# ")


def test_it_defines_nothing() -> None:
    defining = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    for cell in CODE:
        found = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, defining)]
        assert found == [], cell.source


def test_it_imports_this_package_and_what_every_kernel_has() -> None:
    allowed = {*sys.stdlib_module_names, "contract", "training", "IPython"}
    modules = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for cell in CODE
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {name.partition(".")[0] for name in modules} <= allowed
    assert all(not cell.source.lstrip().startswith(("!", "%")) for cell in CODE)


def test_every_cell_ran_once_from_top_to_bottom_without_an_error() -> None:
    assert [cell.execution_count for cell in CODE] == list(range(1, len(CODE) + 1))
    assert {output.output_type for output in outputs()} <= {"stream", "execute_result", "display_data"}
    assert {output.name for output in outputs() if output.output_type == "stream"} == {"stdout"}


def test_its_outputs_show_what_it_is_about() -> None:
    text = "\n".join(map(output_text, outputs()))
    assert "(50000, 784) (50000,)" in text
    assert re.search(r"\[4\] +train-mlogloss:0\.\d+ +train-merror:0\.\d+ +validation-mlogloss", text)
    assert "Completed: Training job completed" in text
    assert "sagemaker-xgboost:3.2-0" in text
    assert "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]" in text
    pictures = [output.data["image/png"] for output in outputs() if "image/png" in output.get("data", {})]
    assert len(pictures) == 3
    assert all(len(picture) > 30_000 for picture in pictures)


def test_it_names_no_machine_and_no_secret() -> None:
    text = PATH.read_text(encoding="utf-8")
    for pattern in (
        r"(?<![\w.:])/(home|root|Users|work|tmp/pytest)\b",
        r"\b(AKIA|ASIA)[0-9A-Z]{12,}",
        r"aws_secret|SECRET_ACCESS_KEY|Signature=",
        r"localhost:\d+|127\.0\.0\.1",
        r"[\w.]+@[\w.]+\.(com|org)",
    ):
        assert re.findall(pattern, text) == [], pattern


def test_it_opens_on_an_instance_and_here() -> None:
    # JupyterLab takes the kernel of the name, else one of the language.
    assert NOTEBOOK.metadata.kernelspec == {
        "name": "conda_python3",
        "display_name": "conda_python3",
        "language": "python",
    }
    assert NOTEBOOK.metadata.language_info == {"name": "python"}
    assert all("execution" not in cell.metadata for cell in NOTEBOOK.cells)


def test_its_lines_can_be_read_without_scrolling() -> None:
    assert [line for cell in CODE for line in cell.source.splitlines() if len(line) > 100] == []


IMPORTS = CODE[0].source
ABSENT = ("xgboost", "typer", "rich", "scipy", "pyarrow", "sklearn", "sagemaker")
"""What a kernel may lack when the notebook is opened; pyarrow is used when Parquet is written, and is there."""


@pytest.mark.slow
def test_its_imports_need_only_what_a_notebook_instance_has() -> None:
    # IPython stands aside too: it is the kernel itself, and imports much of its own.
    program = "import sys, types\n"
    program += f"sys.modules.update(dict.fromkeys({ABSENT!r}))\n"
    program += "display = types.ModuleType('IPython.display'); display.Image = object\n"
    program += "sys.modules.update({'IPython': types.ModuleType('IPython'), 'IPython.display': display})\n"
    program += IMPORTS
    program += "\nprint(*(name for name in sys.modules if name.partition('.')[0] in ('contract', 'training')))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in done.stdout.split():
        check_for_python_310(ROOT / (name.replace(".", "/") + ".py"))


def check_for_python_310(path: Path) -> None:
    """That a module says nothing that Python 3.10 does not understand, as far as its text tells."""
    if not path.exists():
        path = path.with_suffix("") / "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    named |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert (named | imported) & SINCE_PYTHON_311 == set(), path


def test_that_check_would_notice(tmp_path: Path) -> None:
    (tmp_path / "newer.py").write_text("from datetime import UTC\n")
    with pytest.raises(AssertionError):
        check_for_python_310(tmp_path / "newer.py")
