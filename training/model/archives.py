"""Read the one file of a `model.tar.gz` that anybody may have made, in bounded memory and time. Writes nothing.

Python's `tarfile` follows extension headers without end and reads them whole, so an archive of a few kilobytes can take
a gigabyte or the whole stack. Here the archive is decompressed piece by piece, every size is looked at before anything
of that size is read, and only the plain headers of POSIX.1-1988 count
(https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06). gzip: RFC 1952.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from contract.visible import visible

FILE_BYTES_MAX = 512 << 20
"""Of all files of an archive together: a hundred times what a model of digits has."""

ENTRIES_MAX = 8
"""Of an archive: a platform may write folders beside the file."""

_HEADERS_MAX = 2 * ENTRIES_MAX
"""With an extended header before each entry."""

NO_NOTES: frozenset[str] = frozenset()
HARMLESS_NOTES = frozenset({"atime", "ctime", "gid", "gname", "mtime", "uid", "uname"})
"""Records of an extended header that say nothing of content, name or size; Python's `tarfile` writes `mtime`."""

_BLOCK = 512
_PIECE = 1 << 16
_PADDING_MAX = 1 << 20
_NOTES_MAX = 4096
_NAME_CHARACTERS = 60
_FILE, _OLD_FILE, _FOLDER, _NOTES = b"0", b"\0", b"5", b"x"
_LINKS_AND_DEVICES = (b"1", b"2", b"3", b"4", b"6", b"7")
_OCTAL = re.compile(rb" *([0-7]{0,12})[ \0]*")
_NOTE = re.compile(rb"([0-9]{1,4}) ([A-Za-z0-9.]{1,100})=")


class ArchiveError(ValueError):
    """The bytes are no gzipped tar that is read here; the text is the reason, without a subject."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry: the name that it has in the archive, and whether it is a regular file or a folder."""

    name: str
    is_file: bool
    is_folder: bool

    @property
    def shown(self) -> str:
        """The name for a message, whatever is in it."""
        cut = self.name if len(self.name) <= _NAME_CHARACTERS else f"{self.name[:_NAME_CHARACTERS]}..."
        return visible(cut) + ("" if self.is_file or self.is_folder else " (not a regular file)")


def read_archive(
    content: bytes, *, is_wanted: Callable[[str], bool], notes: frozenset[str] = NO_NOTES
) -> tuple[list[Entry], bytes]:
    """All entries of an archive, and the content of the last wanted one.

    Parameters
    ----------
    content
        gzip, one member, of a tar
    is_wanted
        whether the content of a regular file of that name is kept
    notes
        names of records that an extended header may have, which are ignored

    Raises
    ------
    ArchiveError
        when it is damaged, cut off, followed by something, has more than `ENTRIES_MAX` entries or files of more than
        `FILE_BYTES_MAX` together, or a header of another kind
    """
    tape, entries, kept = _Tape(content), [], b""
    headers, left = 0, FILE_BYTES_MAX
    while any(header := tape.take(_BLOCK)):
        size, kind = _checked(header), header[156:157]
        headers += 1
        if headers > _HEADERS_MAX:
            raise ArchiveError(f"more than {_HEADERS_MAX} headers")
        if kind == _NOTES and notes:
            _check_notes(tape, size, notes)
            continue
        entry = _entry(header, kind)
        entries.append(entry)
        if len(entries) > ENTRIES_MAX:
            raise ArchiveError(f"more than {ENTRIES_MAX} entries")
        size = size if entry.is_file else 0
        if size > left:
            raise ArchiveError(f"{entry.shown} has {size:,} bytes, allowed are {left:,}")
        left -= size
        if entry.is_file and is_wanted(entry.name):
            kept = tape.take(size)
        else:
            tape.skip(size)
        tape.skip(-size % _BLOCK)
    tape.end()
    return entries, kept


class _Tape:
    """The decompressed bytes, in order."""

    def __init__(self, content: bytes) -> None:
        self._pieces = _decompressed(content)
        self._left = b""

    def take(self, count: int) -> bytes:
        """The next bytes, exactly so many."""
        found = bytearray()
        for piece in self._each(count):
            found += piece
        return bytes(found)

    def skip(self, count: int) -> None:
        """Pass over so many bytes."""
        for _ in self._each(count):
            pass

    def end(self) -> None:
        """Make sure that nothing but padding follows, and that the checksum of gzip is right."""
        count = 0
        for piece in chain((self._left,), self._pieces):
            count += len(piece)
            _check_padding(piece, count)

    def _each(self, count: int) -> Iterator[bytes]:
        while count:
            if not self._left:
                self._left = next(self._pieces, b"")
                if not self._left:
                    raise ArchiveError("it is cut off")
            piece, self._left = self._left[:count], self._left[count:]
            count -= len(piece)
            yield piece


def _check_padding(piece: bytes, count: int) -> None:
    if any(piece):
        raise ArchiveError("something follows the end of the tar")
    if count > _PADDING_MAX:
        raise ArchiveError(f"more than {_PADDING_MAX:,} bytes of padding")


def _decompressed(content: bytes) -> Iterator[bytes]:
    """Pieces that are not empty, of one gzip member, which must be all that there is."""
    gzip = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        for start in range(0, len(content), _PIECE):
            left = content[start : start + _PIECE]
            while left and not gzip.eof:
                if piece := gzip.decompress(left, _PIECE):
                    yield piece
                left = gzip.unconsumed_tail
            if gzip.eof:
                if gzip.unused_data or start + _PIECE < len(content):
                    raise ArchiveError("something follows the end of the gzip member")
                return
        while piece := gzip.decompress(b"", _PIECE):
            yield piece
    except zlib.error as problem:
        raise ArchiveError(str(problem)) from None
    if not gzip.eof:
        raise ArchiveError("it is cut off" if content else "it is empty")


def _checked(header: bytes) -> int:
    """The size in a header whose checksum is right."""
    checksum = sum(header[:148]) + 8 * ord(" ") + sum(header[156:])
    if header[257:262] != b"ustar" or _octal(header[148:156]) != checksum:
        raise ArchiveError("a header is damaged or not of the format ustar")
    return _octal(header[124:136])


def _octal(field: bytes) -> int:
    found = _OCTAL.fullmatch(field)
    if not found:
        raise ArchiveError("a header has a field that is no octal number")
    return int(found[1] or b"0", 8)


def _entry(header: bytes, kind: bytes) -> Entry:
    if kind not in (_FILE, _OLD_FILE, _FOLDER, *_LINKS_AND_DEVICES):
        raise ArchiveError(f"a header of the kind {chr(kind[0])!a} is not read here")
    name, prefix = (field.split(b"\0", 1)[0] for field in (header[:100], header[345:500]))
    # GNU's headers have times in the place of the prefix: https://www.gnu.org/software/tar/manual/html_node/Standard.html
    is_posix = header[257:263] == b"ustar\0"
    full = prefix + b"/" + name if prefix and is_posix else name
    return Entry(name=full.decode("utf-8", "replace"), is_file=kind in (_FILE, _OLD_FILE), is_folder=kind == _FOLDER)


def _check_notes(tape: _Tape, size: int, allowed: frozenset[str]) -> None:
    """Read the records of an extended header, `LENGTH NAME=VALUE` and a line feed each."""
    if size > _NOTES_MAX:
        raise ArchiveError(f"an extended header has {size:,} bytes, allowed are {_NOTES_MAX:,}")
    content, start = tape.take(size), 0
    tape.skip(-size % _BLOCK)
    while start < size:
        note = _NOTE.match(content, start)
        end = start + int(note[1]) if note else 0
        if not note or not note.end() < end <= size or content[end - 1 : end] != b"\n":
            raise ArchiveError("an extended header is damaged")
        if (name := note[2].decode()) not in allowed:
            raise ArchiveError(f"an extended header sets {name}")
        start = end
