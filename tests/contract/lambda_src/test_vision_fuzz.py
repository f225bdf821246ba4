"""Thousands of damaged pictures through the reading of uploads: a sheet or a problem comes out, and nothing else.

It runs in a process of its own under a cap of memory and of time, so that a crash of the decoder, a leak or an endless
loop is a failed test and not a dead test run. The damage is the same in every run.
"""

from __future__ import annotations

import io
import random
import resource
import signal
import subprocess
import sys
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gateway.problems import ProblemError
from vision.reading import read_picture

PNG, JPEG = "image/png", "image/jpeg"
MEMORY_MB = 1500
"""Address space of the process: less than the worker has, and a picture of a million pixels needs a tenth of it."""

SECONDS_A_FILE = 20
"""Longest time one file may take: far more than a damaged picture needs, far less than the worker has."""


def originals() -> list[tuple[bytes, str]]:
    """Small pictures of every kind, as media type and file."""
    image = Image.new("RGB", (120, 90), "white")
    draw = ImageDraw.Draw(image)
    for left in (15, 60):
        draw.ellipse((left, 20, left + 30, 70), outline="black", width=6)
    exif = Image.Exif()
    exif[0x0112] = 6
    kinds: list[tuple[str, str, dict[str, Any]]] = [
        *((mode, PNG, {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        ("P", PNG, {"transparency": 0}),
        ("RGB", PNG, {"exif": exif, "icc_profile": bytes(200)}),
        ("L", JPEG, {}),
        ("RGB", JPEG, {"progressive": True, "exif": exif}),
        ("RGB", JPEG, {"restart_marker_rows": 1}),
        ("CMYK", JPEG, {}),
    ]
    return [(_encoded(image, mode, kind, options), kind) for mode, kind, options in kinds]


def _encoded(image: Image.Image, mode: str, kind: str, options: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    image.convert("L" if mode == "I;16" else "RGB").convert(mode).save(
        file, "PNG" if kind == PNG else "JPEG", **options
    )
    return file.getvalue()


def flip(body: bytes, chance: random.Random) -> bytes:
    """Turn some bits over."""
    changed = bytearray(body)
    for _ in range(chance.choice((1, 2, 5, 30))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(body: bytes, chance: random.Random) -> bytes:
    """Leave the end out, or a part of the middle."""
    first, last = sorted(chance.sample(range(len(body)), 2))
    return body[:first] + (body[last:] if chance.random() < 0.5 else b"")


def splice(body: bytes, chance: random.Random) -> bytes:
    """Put a piece of it somewhere else into it."""
    first, last = sorted(chance.sample(range(len(body)), 2))
    place = chance.randrange(len(body))
    return body[:place] + body[first:last] + body[place:]


def numbers(body: bytes, chance: random.Random) -> bytes:
    """Replace what may be a length, a size or a count by a telling value."""
    changed = bytearray(body)
    for _ in range(chance.randint(1, 3)):
        place, width = chance.randrange(2, len(changed) - 4), chance.choice((1, 2, 4))
        value = chance.choice((0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, chance.getrandbits(32)))
        changed[place : place + width] = (value % 256**width).to_bytes(width, "big")
    return bytes(changed)


def header(body: bytes, chance: random.Random) -> bytes:
    """Change the size, the depth or the colours that the header tells."""
    start = 16 if body.startswith(b"\x89PNG") else max(body.find(b"\xff\xc0"), body.find(b"\xff\xc2")) + 4
    changed = bytearray(body)
    for _ in range(chance.randint(1, 3)):
        # Of a file that was damaged before, the header may be the end.
        place = min(start + chance.randrange(14), len(changed) - 1)
        changed[place] = chance.choice((0, 1, 2, 3, 4, 6, 8, 16, 120, 255, chance.randrange(256)))
    return bytes(changed)


WAYS = (flip, cut, splice, numbers, header)


def with_check_sums(body: bytes) -> bytes:
    """Make the check sums of a PNG right again: a decoder looks at the damage only then."""
    changed, place = bytearray(body), 8
    while changed.startswith(b"\x89PNG") and place + 12 <= len(changed):
        end = place + 8 + int.from_bytes(changed[place : place + 4], "big")
        changed[end : end + 4] = zlib.crc32(changed[place + 4 : end]).to_bytes(4, "big")[: max(0, len(changed) - end)]
        place = end + 4
    return bytes(changed)


def unsure(digits: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Know nothing."""
    return np.full((len(digits), 10), 0.1)


def attack(count: int, seed: int) -> dict[str, int]:
    """Read damaged files; returns how often what came out."""

    def too_long(*_: object) -> None:
        raise SystemExit(f"a file took longer than {SECONDS_A_FILE} s")

    signal.signal(signal.SIGALRM, too_long)
    chance, found, files = random.Random(seed), {"sheet": 0}, originals()
    for number in range(count):
        body, kind = chance.choice(files)
        for _ in range(chance.choice((1, 1, 2))):
            body = chance.choice(WAYS)(body, chance) if len(body) > 60 else body
        body = with_check_sums(body) if chance.random() < 0.8 else body
        signal.alarm(SECONDS_A_FILE)
        try:
            digits = read_picture(body, kind, unsure, one=chance.random() < 0.5).digits
        except ProblemError as error:
            found[error.problem.slug] = found.get(error.problem.slug, 0) + 1
        except BaseException:
            print(f"file {number} of seed {seed}, {kind}: {body.hex()}", file=sys.stderr)  # noqa: T201
            raise
        else:
            assert digits
            assert all(len(digit.pixels) == 784 and min(digit.box) >= 0 for digit in digits)
            found["sheet"] += 1
    signal.alarm(0)
    return found


def run(count: int, seed: int) -> dict[str, int]:
    """Attack in a process of its own."""
    command = [sys.executable, __file__, str(count), str(seed)]
    paths = {"PYTHONPATH": ":".join(path for path in sys.path if path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=paths, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr[-20000:]}"
    return {name: int(times) for name, times in (line.split() for line in done.stdout.splitlines())}


def check(found: dict[str, int], count: int) -> None:
    assert sum(found.values()) == count
    assert set(found) <= {
        "sheet",
        "animated-image",
        "blank-image",
        "content-type-mismatch",
        "too-many-digits",
        "too-many-pixels",
        "unreadable-image",
    }
    # Damage that is always noticed by the first check would test nothing behind it.
    assert found["sheet"] > count // 20
    assert found["unreadable-image"] > count // 20


@pytest.mark.slow
def test_damaged_pictures_end_in_a_sheet_or_in_a_problem() -> None:
    check(run(200, 1), 200)


@pytest.mark.slow
def test_more_do_too() -> None:
    check(run(800, 2), 800)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", [3, 4])
def test_many_more_do_too(seed: int) -> None:
    check(run(2000, seed), 2000)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB << 20, MEMORY_MB << 20))
    for outcome, times in attack(int(sys.argv[1]), int(sys.argv[2])).items():
        print(outcome, times)  # noqa: T201 what the test reads
