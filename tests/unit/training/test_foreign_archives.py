"""Archives of strangers: each is refused in one sentence, in bounded memory and time, or is what `pack` makes."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import time
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.archives import archive
from training.common.errors import ArtifactError
from training.model.archives import HARMLESS_NOTES, ArchiveError, read_archive
from training.model.artifact import pack, unpack, unpack_canonical
from training.model.job_model import adopt

MODEL = b"{L" + bytes(range(256)) * 3
GOOD = pack(MODEL)
TAR = gzip.decompress(GOOD)
BYTES_MAX = 8 << 20


def header(name: bytes = b"xgboost-model", size: int = 0, kind: bytes = b"0", **fields: bytes) -> bytes:
    """A header of a tar; `size_field` replaces the size as it is written."""
    size_field = fields.get("size_field", b"%011o\0" % size)
    front = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size_field + b"00000000000\0"
    magic = fields.get("magic", b"ustar\x0000")
    back = kind + b"\0" * 100 + magic + b"\0" * (512 - 148 - 8 - 1 - 100 - len(magic))
    checksum = sum(front) + sum(back) + 8 * ord(" ")
    return front + b"%06o\0 " % checksum + back


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 512)


def tar(*parts: bytes) -> bytes:
    """A gzipped tar of headers and contents."""
    return gzip.compress(b"".join(parts) + bytes(1024), mtime=0)


def zeros(count: int) -> bytes:
    """A gzip of as many zeros behind a header that says so; small, and made without holding them."""
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(header(size=count))]
    pieces += [packer.compress(bytes(1 << 20)) for _ in range(count >> 20)]
    return b"".join([*pieces, packer.compress(bytes(1024)), packer.flush()])


def note(name: str, value: str) -> bytes:
    body = f" {name}={value}\n"
    length = len(body) + len(str(len(body) + 2))
    return f"{length}{body}".encode()


HARMLESS_CHAIN = b"".join(header(b"x", len(each), b"x") + padded(each) for each in [note("mtime", "1")] * 3000)


def with_notes(*notes: bytes) -> bytes:
    content = b"".join(notes)
    return tar(header(b"x", len(content), b"x"), padded(content), header(size=len(MODEL)), padded(MODEL))


CHAIN = b"".join(header(b"././@PaxHeader", 512, b"x") + padded(note("comment", "c" * 400)) for _ in range(3000))
LONG_NAMES = b"".join(header(b"././@LongLink", 512, b"L") + b"n" * 512 for _ in range(3000))
HUGE = b"%011o\0" % (1 << 30)

REFUSED = {
    "nothing": (b"", "is not a gzipped tar archive"),
    "text": (b"plain", "is not a gzipped tar archive"),
    "gzip of nothing": (gzip.compress(b""), "is cut off"),
    "empty tar": (gzip.compress(bytes(10240)), "holds nothing"),
    "no end": (GOOD[:-9], "is cut off"),
    "broken checksum of gzip": (GOOD[:-8] + bytes(4) + GOOD[-4:], "incorrect data check"),
    "broken length of gzip": (GOOD[:-4] + bytes(4), "incorrect length check"),
    "second gzip member": (GOOD + gzip.compress(tar(header(b"evil.pkl"))), "follows the end of the gzip member"),
    "second member of nothing": (GOOD + gzip.compress(b""), "follows the end of the gzip member"),
    "bytes after gzip": (GOOD + b"\0", "follows the end of the gzip member"),
    "bytes after tar": (gzip.compress(TAR + b"evil" + bytes(508)), "follows the end of the tar"),
    "endless padding": (zeros(0)[:0] + gzip.compress(TAR + bytes(2 << 20)), "bytes of padding"),
    "chain of extended headers": (tar(CHAIN, header(size=0)), "kind 'x'"),
    "chain of long names": (tar(LONG_NAMES, header(size=0)), "kind 'L'"),
    "huge extended header": (tar(header(b"x", 1 << 30, b"x")), "kind 'x'"),
    "huge long name": (tar(header(b"x", 1 << 30, b"L")), "kind 'L'"),
    "sparse file": (tar(header(size=512, kind=b"S"), bytes(512)), "kind 'S'"),
    "global header": (tar(header(b"g", 0, b"g")), "kind 'g'"),
    "unknown kind": (tar(header(kind=b"\x9b")), r"kind '\\x9b'"),
    "symbolic link": (tar(header(kind=b"2")), "not a regular file"),
    "hard link": (tar(header(kind=b"1")), "not a regular file"),
    "device": (tar(header(kind=b"3")), "not a regular file"),
    "fifo": (tar(header(kind=b"6")), "not a regular file"),
    "folder": (tar(header(kind=b"5")), "holds 1 entries"),
    "size in base 256": (tar(header(size_field=b"\x80" + b"\xff" * 11)), "no octal number"),
    "negative size": (tar(header(size_field=b"-0000000001\0")), "no octal number"),
    "size beyond the limit": (tar(header(size_field=HUGE)), "1,073,741,824 bytes, allowed are 536,870,912"),
    "size beyond the end": (tar(header(size=100_000)), "is cut off"),
    "old format": (tar(header(magic=bytes(8))), "not of the format ustar"),
    "wrong checksum": (tar(header()[:148] + b"000000\0 " + header()[156:]), "header is damaged"),
    "thousand entries": (tar(*[header()] * 1000), "more than 8 entries"),
    "two files that are too much together": (
        tar(header(b"a", 1 << 20), bytes(1 << 20), header(size_field=b"%011o\0" % (512 << 20))),
        "536,870,912 bytes, allowed are 535,822,336",
    ),
    "two files": (tar(header(), header(b"evil.pkl")), "holds 2 entries"),
    "the same twice": (tar(header(), header()), "holds 2 entries"),
    "another name": (tar(header(b"\x1b[2J../x")), r"holds 1 entries \(\\u001b\[2J\.\./x\)"),
    "name cut by NUL": (tar(header(b"xgboost-model\0.pkl"), header(b"a")), "holds 2 entries"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_sentence(case: str) -> None:
    content, reason = REFUSED[case]
    for read in (unpack, unpack_canonical):
        started = time.process_time()
        with pytest.raises(ArtifactError, match=reason) as caught:
            read(content, name="model.tar.gz")
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 300
        assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "case", ["huge extended header", "huge long name", "size beyond the limit", "thousand entries"]
)
def test_refused_before_it_is_held_in_memory(case: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ArtifactError):
            adopt(REFUSED[case][0], name="model.tar.gz")
        assert tracemalloc.get_traced_memory()[1] < BYTES_MAX
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_a_bomb_costs_what_it_may_and_no_more() -> None:
    bomb = zeros(64 << 20)
    assert len(bomb) < 1 << 20
    entries, content = read_archive(bomb, is_wanted=lambda _name: False)
    assert (len(entries), content) == (1, b"")


def packed_with(level: int, content: bytes = TAR, *, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    """A gzip with the header that `pack` writes, compressed in another way."""
    packer = zlib.compressobj(level, wbits=-zlib.MAX_WBITS, strategy=strategy)
    end = struct.pack("<II", zlib.crc32(content), len(content))
    return GOOD[:10] + packer.compress(content) + packer.flush() + end


def test_only_what_package_writes_is_canonical() -> None:
    assert unpack_canonical(GOOD, name="it") == MODEL
    others = {
        "header": gzip.compress(TAR, 9, mtime=0),
        "time": gzip.compress(TAR, mtime=1),
        "tar": archive({"xgboost-model": MODEL}),
        "padding": packed_with(6, TAR + bytes(512)),
        "owner": packed_with(6, header(size=len(MODEL)) + padded(MODEL) + bytes(1024)),
        "stuffed": GOOD[:10] + b"\0\0\0\xff\xff" * 9999 + GOOD[10:],
    }
    for other in others.values():
        assert unpack(other, name="it") == MODEL
        with pytest.raises(ArtifactError, match="was not packed by this project"):
            unpack_canonical(other, name="it")


def test_another_zlib_may_have_packed_it() -> None:
    other = packed_with(6, strategy=zlib.Z_FILTERED)
    other = packed_with(2) if other == GOOD else other
    assert other != GOOD
    assert unpack_canonical(other, name="it") == MODEL


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_a_platform_writes_is_read(style: int) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=style) as file:
        folder = tarfile.TarInfo("./")
        folder.type = tarfile.DIRTYPE
        file.addfile(folder)
        member = tarfile.TarInfo("./xgboost-model")
        member.size, member.uname, member.uid = len(MODEL), "root", 0
        member.mtime = 1_764_000_000.25 if style == tarfile.PAX_FORMAT else 1_764_000_000
        file.addfile(member, io.BytesIO(MODEL))
    entries, content = read_archive(
        packed.getvalue(), is_wanted=lambda name: name.endswith("model"), notes=HARMLESS_NOTES
    )
    assert [entry.is_folder for entry in entries] == [True, False]
    assert content == MODEL


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (with_notes(note("path", "evil.pkl")), "sets path"),
        (with_notes(note("size", "9" * 300)), "sets size"),
        (with_notes(note("GNU.sparse.map", "a,b")), "sets GNU.sparse.map"),
        (with_notes(note("mtime", "1"), b"9999 mtime=1\n"), "header is damaged"),
        (with_notes(b"0 mtime=1\n"), "header is damaged"),
        (with_notes(note("mtime", "1" * 5000)), "5,0.. bytes, allowed are 4,096"),
        (tar(header(b"x", 1 << 30, b"x")), "allowed are 4,096"),
        (tar(CHAIN), "sets comment"),
        (tar(HARMLESS_CHAIN), "more than 16 headers"),
    ],
)
def test_notes_of_a_platform_say_nothing_of_content(content: bytes, reason: str) -> None:
    with pytest.raises(ArchiveError, match=reason):
        read_archive(content, is_wanted=bool, notes=HARMLESS_NOTES)


def mutants(content: bytes, numbers: Iterator[int]) -> bytes:
    """The content with a byte changed, a piece removed, doubled or moved."""
    changed = bytearray(content)
    for kind, place, value in zip(numbers, numbers, numbers, strict=False):
        at = place % (len(changed) + 1)
        piece = bytes(changed[at : at + 1 + value % 600])
        if kind % 4 == 0 and at < len(changed):
            changed[at] = value % 256
        elif kind % 4 == 1:
            del changed[at : at + len(piece)]
        elif kind % 4 == 2:
            changed[at:at] = piece
        else:
            changed[at:at] = struct.pack(">I", value % (1 << 32))
    return bytes(changed)


changes = st.lists(st.integers(0, 1 << 32), min_size=3, max_size=12)


@given(numbers=changes, packed_last=st.booleans())
def test_whatever_is_changed_it_is_refused_or_the_same(numbers: list[int], *, packed_last: bool) -> None:
    source = TAR if packed_last else GOOD
    content = mutants(source, iter(numbers))
    content = gzip.compress(content, mtime=0) if packed_last else content
    try:
        model = unpack_canonical(content, name="it")
    except ArtifactError:
        return
    assert gzip.decompress(content) == gzip.decompress(pack(model))
