"""ZIP files from strangers: parts of them in memory, and none that lies about its size or its place.

Nothing is written to disk. What cannot be trusted is refused with a RunFileError before anything is unpacked.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping

from model.errors import RunFileError

MOST_BYTES = 8_000_000
"""What a file may have; a run of 1,000 epochs with a film of 120 snapshots has about 4 million bytes."""

MOST_ENTRIES = 64
MOST_UNPACKED = 64_000_000
"""What all parts of a file may say that they unpack to."""

DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError, OverflowError)
"""What zipfile raises on files that are not whole; NotImplementedError is a RuntimeError."""

ENTRY = b"PK\x01\x02"


def read_parts(content: bytes, limits: Mapping[str, int]) -> dict[str, bytes]:
    """The parts of a ZIP that ``limits`` names, each with the bytes it may have; what is not there is left out.

    RunFileError for a file that is too large, no ZIP, damaged, encrypted, or names a path that leads elsewhere.
    """
    if len(content) > MOST_BYTES:
        raise RunFileError("run_file_bytes", bytes=f"{len(content):,}", limit=f"{MOST_BYTES:,}")
    if not content.startswith(b"PK"):
        raise RunFileError("run_file_no_zip")
    # Before zipfile makes an object of each; by chance the four bytes are in one of a thousand files once.
    if (entries := content.count(ENTRY)) > MOST_ENTRIES:
        raise RunFileError("run_file_entries", entries=f"{entries:,}", limit=MOST_ENTRIES)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive.infolist())
            wanted = [info for info in archive.infolist() if info.filename in limits]
            return {info.filename: _read(archive, info, limits[info.filename]) for info in wanted}
    except DAMAGE as error:
        raise RunFileError("run_file_damaged") from error


def _check(entries: list[zipfile.ZipInfo]) -> None:
    names = set()
    for info in entries:
        name = info.orig_filename  # zipfile's own is cut at the first NUL
        if _leads_elsewhere(name) or stat.S_ISLNK(info.external_attr >> 16) or name.casefold() in names:
            raise RunFileError("run_file_path", path=_shown(name))
        if info.flag_bits & 0x2041:  # encrypted, strongly encrypted, with masked headers
            raise RunFileError("run_file_encrypted", path=_shown(name))
        names.add(name.casefold())
    if (unpacked := sum(info.file_size for info in entries)) > MOST_UNPACKED:
        raise RunFileError("run_file_unpacked", bytes=f"{unpacked:,}", limit=f"{MOST_UNPACKED:,}")


def _leads_elsewhere(name: str) -> bool:
    return not name.isprintable() or re.search(r"^/|\\|:|(^|/)\.\.?(/|$)|//", name) is not None or not name


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in name[:60])


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    # bzip2 and LZMA unpack without a limit.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RunFileError("run_file_damaged")
    if info.file_size > limit:
        raise RunFileError("run_file_part_bytes", path=info.filename, bytes=f"{info.file_size:,}", limit=f"{limit:,}")
    with archive.open(info) as part:
        content = part.read(limit + 1)  # to its end, where its checksum is compared
    if len(content) != info.file_size:
        raise RunFileError("run_file_damaged")
    return content
