"""The zip file around saved work: the same bytes each time, read within bounds, in memory alone."""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO

from retention import wording
from retention.errors import DataError

#: The ending of a file of saved work.
SUFFIX = ".retention"
#: The part that says what the file is. It is read first.
MAIN = "work.json"
#: Bytes of the largest part of JSON, and of all parts together.
MOST_JSON_BYTES = 32 << 20
MOST_BYTES = 2 << 30
MOST_PARTS = 64
#: A part that unpacks to more than so many times its size is made to fill the memory. Parts of
#: Parquet are packed in themselves.
MOST_RATIO = 1_000
#: The time of every part: the same work is the same file, byte by byte.
_TIME = (1980, 1, 1, 0, 0, 0)
_SAVE_AGAIN = "Open another copy of it, or save the work again."
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    IndexError,
    ValueError,
    OverflowError,
)


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip file of these parts.

    Args:
        parts: Content by name, in their order. Parquet is packed already, and is stored as it is.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, date_time=_TIME)
            info.create_system = 3  # alike on every system
            info.external_attr = 0o600 << 16
            info.compress_type = (
                zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
            )
            archive.writestr(info, content)
    return target.getvalue()


def unpack(
    source: BinaryIO, is_part: Callable[[str], bool], check_main: Callable[[bytes], None]
) -> dict[str, bytes]:
    """Return the parts of a zip file that `pack` wrote. Nothing is written to disk.

    Args:
        source: The file, open in binary mode.
        is_part: Whether a part of this name belongs to such a file.
        check_main: Is given the first part, and refuses it before the others are looked at.

    Returns:
        Content by name.

    Raises:
        DataError: It is no such file, is damaged, too large, or has a part that does not belong
            there. The message says which.
    """
    head = source.read(4)
    source.seek(0)
    if not head:
        raise DataError(f"The file is empty. {_SAVE_AGAIN}")
    if head != b"PK\x03\x04":
        raise DataError(
            f"The file holds no saved work. Choose one that “Save my work” wrote: its name ends "
            f"with {SUFFIX}."
        )
    try:
        with zipfile.ZipFile(source) as archive:
            return _read_parts(archive, is_part, check_main)
    except _BROKEN as error:
        raise DataError(f"The file ends too early or is damaged. {_SAVE_AGAIN}") from error
    except RuntimeError as error:  # zipfile's way of saying that a password is needed
        raise DataError("The file is protected by a password. Open one without.") from error


def _read_parts(
    archive: zipfile.ZipFile, is_part: Callable[[str], bool], check_main: Callable[[bytes], None]
) -> dict[str, bytes]:
    members = archive.infolist()
    names = [member.filename for member in members]
    if MAIN not in names:
        raise DataError(
            f"The file holds no saved work: it has no part {MAIN!r}. Choose one that “Save my "
            "work” wrote."
        )
    if len(members) > MOST_PARTS or len(set(names)) < len(names):
        raise DataError(
            f"The file has {wording.count(len(members))} parts, some of one name or too many. "
            f"{_SAVE_AGAIN}"
        )
    main = _read(archive, archive.getinfo(MAIN))
    check_main(main)
    unknown = next((name for name in names if not is_part(name)), None)
    if unknown is not None:
        raise DataError(
            f"The file has a part {unknown[:80]!r}, which no saved work has. It was changed by "
            f"another program. {_SAVE_AGAIN}"
        )
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise DataError(
            f"The file unpacks to more than {wording.count(MOST_BYTES >> 20)} MB. Save the work "
            "without the orders, and open the export beside it."
        )
    return {
        member.filename: main if member.filename == MAIN else _read(archive, member)
        for member in members
    }


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Read a part, and no more of it than it may have."""
    most = MOST_JSON_BYTES if member.filename.endswith(".json") else MOST_BYTES
    packed = max(member.compress_size, 1)
    if member.file_size > most or member.file_size > MOST_RATIO * packed:
        raise DataError(
            f"The part {member.filename[:80]!r} unpacks to "
            f"{wording.count(member.file_size / (1 << 20))} MB from a small file, which is too "
            f"much. {_SAVE_AGAIN}"
        )
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise DataError(
            f"The part {member.filename[:80]!r} has another size than the file says. {_SAVE_AGAIN}"
        )
    return content
