"""The file system inside an .xls file: which sector follows which."""

import struct
from collections.abc import Sequence
from pathlib import Path

#: Numbers from here on stand for no sector.
_NO_SECTOR = 0xFFFFFFFA
_MAGIC = b"\xd0\xcf\x11\xe0"
_HEADER_BYTES = 512


def has_endless_chain(path: Path) -> bool:
    """Return whether sectors of a damaged file follow each other in a circle.

    A reader that follows them never ends, and keeps all that it reads.
    """
    with path.open("rb") as stream:
        if stream.read(len(_MAGIC)) != _MAGIC:
            return False
    data = path.read_bytes()
    if len(data) < _HEADER_BYTES:
        return False
    sector_bytes = 1 << min(struct.unpack_from("<H", data, 30)[0], 16)
    first_mini, _, first_extra = struct.unpack_from("<3I", data, 60)
    listed = list(struct.unpack_from("<109I", data, 76))
    visited: set[int] = set()
    while first_extra < _NO_SECTOR:
        if first_extra in visited:
            return True
        visited.add(first_extra)
        *more, first_extra = _numbers(data, first_extra, sector_bytes) or [_NO_SECTOR]
        listed += more
    following = [
        number
        for sector in listed
        if sector < _NO_SECTOR
        for number in _numbers(data, sector, sector_bytes)
    ]
    if _has_circle(following):
        return True
    mini: list[int] = []
    while first_mini < len(following):
        mini += _numbers(data, first_mini, sector_bytes)
        first_mini = following[first_mini]
    return _has_circle(mini)


def _numbers(data: bytes, sector: int, sector_bytes: int) -> list[int]:
    """Return the numbers that fill a sector; none where the file ends before it does."""
    content = data[(sector + 1) * sector_bytes : (sector + 2) * sector_bytes]
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))


def _has_circle(following: Sequence[int]) -> bool:
    """Return whether the number that follows each number leads back to one before it."""
    walks = [-1] * len(following)
    for start in range(len(following)):
        place = start
        while place < len(following) and walks[place] < 0:
            walks[place] = start
            place = following[place]
        if place < len(following) and walks[place] == start:
            return True
    return False
