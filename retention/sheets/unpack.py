"""Any source -> plain files on disk, its bytes hashed, gzip and zip unpacked within bounds."""

import gzip
import hashlib
import io
import os
import re
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePath, PureWindowsPath
from typing import IO, BinaryIO

from retention import wording
from retention.errors import DataError
from retention.temporary_files import new_file, refuse_lack_of_room

CHUNK = 1 << 20
MAX_UNPACKED_BYTES = 2 << 30
# A real order file packs 5 to 50 times; only a file made to flood the disk packs a thousand times.
SUSPICIOUS_RATIO = 200
SUSPICIOUS_FROM_BYTES = 64 << 20
MOST_MEMBERS = 200

#: Cells of the area that a sheet of a workbook may reach over: a million rows of 60 columns.
MOST_CELLS = 63_000_000
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
#: Bytes of one cell's opening tag that two pieces of a sheet may part.
_LONGEST_CELL = 256
#: How a cell names its column and its row, and how one does that is not empty.
_REFERENCE = r'\sr="{}{}"'
_FILLED_REFERENCE = r'<c\s[^>]*?\br="{}{}"(?:[^>]*[^>/])?>'

#: Letters of a path by which the engine finds other files, or cannot find it at all.
_ODD_LETTERS = re.compile(r"[*?\[\\\ud800-\udfff]")

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
ORDER_FILE_SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".parquet", *WORKBOOK_SUFFIXES)

#: What the zip reader raises for damaged files; broken names of members are among it.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    EOFError,
    zlib.error,
    NotImplementedError,
    OSError,
    IndexError,
    ValueError,
)
#: How files of other kinds begin. None of it may be the beginning of a column's name.
_FOREIGN = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"RIFF": "a media file",
    b"BM\x00": "a bitmap image",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"BZh91AY&SY": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"ARROW1\x00\x00": "an Arrow file",
    b"Obj\x01": "an Avro file",
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
    b"SQLite format 3": "an SQLite database",
}


@dataclass(frozen=True, slots=True)
class PlainFile:
    """An unpacked file.

    Attributes:
        path: Where it is.
        name: What it was called.
        digest: Of the bytes as they came.
        notes: What was noticed while it was unpacked.
    """

    path: Path
    name: str
    digest: str
    notes: tuple[str, ...] = ()


def unpack(
    source: str | os.PathLike[str] | bytes | BinaryIO, folder: Path, name: str | None = None
) -> list[PlainFile]:
    """Put `source` on disk as plain files: one, or the order files of a zip file, largest first.

    Args:
        source: A path, bytes or a binary file object.
        folder: Where temporary copies go. A plain file given by its path is read in place.
        name: What to call the file; its own name where left out.

    Returns:
        The file on disk, with its name and digest.

    Raises:
        DataError: If the file is missing, empty, foreign or too large, or a broken archive.
    """
    path, name = _on_disk(source, folder, name)
    if path.stat().st_size == 0:
        raise DataError(
            f"The file {name!r} is empty. Export the orders again and check that the file has a "
            "size."
        )
    digest = _digest(path)
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(b"\x1f\x8b"):
        path, name = _gunzip(path, folder, name), name.removesuffix(".gz")
        return [_checked(PlainFile(path=path, name=name, digest=digest))]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        first, *others = _unzip(path, folder, name, digest)
        return [_checked(first), *others]
    return [_checked(PlainFile(path=path, name=name, digest=digest))]


def _on_disk(
    source: str | os.PathLike[str] | bytes | BinaryIO, folder: Path, name: str | None
) -> tuple[Path, str]:
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if not _is_file(path):
            raise DataError(
                # No repr, which would double the backslashes of Windows.
                f"There is no file at '{path}'. Check its folder and its name."
            )
        # Names of other encodings have letters that stand for bytes, and can be no text.
        name = name or os.fsencode(path.name).decode("utf-8", errors="replace")
        return _under_plain_name(path, folder), name
    stream = io.BytesIO(source) if isinstance(source, bytes | bytearray | memoryview) else source
    if not hasattr(stream, "read"):
        raise DataError(
            "Orders are read from a path, bytes, a file object, a frame or an Ibis table, not "
            f"from {type(source).__name__}."
        )
    name = name or PurePath(str(getattr(source, "name", "orders.csv"))).name
    path = new_file(folder / "source")
    with path.open("wb") as target:
        first = stream.read(CHUNK)
        if isinstance(first, str):
            raise DataError(
                "The file is open as text. Open it in binary mode ('rb') so that its encoding can "
                "be found."
            )
        target.write(first)
        shutil.copyfileobj(stream, target, CHUNK)
    return path, name


def _under_plain_name(path: Path, folder: Path) -> Path:
    """Return a path to a file whose letters mean nothing else to the readers.

    The engine takes "orders[1].csv" for a pattern, which is met by the file "orders1.csv". A name
    in another encoding than UTF-8 is no text to it.
    """
    if os.name != "posix" or not _ODD_LETTERS.search(str(path)):
        return path
    link = folder / "link"
    link.symlink_to(path.absolute())
    return link


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # as where its name is longer than any can be
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy_bounded(
    stream: IO[bytes] | gzip.GzipFile, target: Path, packed_bytes: int, name: str
) -> None:
    written = 0
    with new_file(target).open("wb") as out:
        while chunk := stream.read(CHUNK):
            written += len(chunk)
            flood = written > SUSPICIOUS_FROM_BYTES and written > SUSPICIOUS_RATIO * packed_bytes
            if written > MAX_UNPACKED_BYTES or flood:
                raise DataError(
                    f"{name!r} unpacks to more than {wording.count(written // CHUNK)} MB from "
                    f"{wording.decimal(packed_bytes / CHUNK, 1)} MB; reading stopped there. "
                    "Upload the order file "
                    "itself, or a part of it, unpacked."
                )
            out.write(chunk)


def _gunzip(path: Path, folder: Path, name: str) -> Path:
    target = folder / "unpacked"
    try:
        with gzip.open(path, "rb") as stream:
            _copy_bounded(stream, target, path.stat().st_size, name)
    except (OSError, EOFError, zlib.error) as error:
        _refuse_lack(error, folder)
        raise DataError(
            f"{name!r} is a gzip file that ends too early or is damaged. Download or pack it again."
        ) from error
    return target


def _unzip(path: Path, folder: Path, name: str, digest: str) -> list[PlainFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                member
                for member in archive.infolist()
                if not member.is_dir() and not _is_clutter(member.filename)
            ]
            if _is_workbook(members):
                _check_workbook_size(members, path, name)
                _check_workbook_area(archive, members, name)
                return [PlainFile(path=path, name=name, digest=digest)]
            files = _order_files(members, name)
            _check_total_size(files, name)
            return [_member(archive, member, folder, i, digest) for i, member in enumerate(files)]
    except _BROKEN_ZIP as error:
        _refuse_lack(error, folder)
        what, again = ("zip file", "pack")
        if name.lower().endswith(WORKBOOK_SUFFIXES):
            what, again = ("workbook", "export")
        raise DataError(
            f"{name!r} is a {what} that ends too early or is damaged. Download or {again} it again."
        ) from error
    except RuntimeError as error:  # zipfile's way of saying that a password is needed
        raise DataError(
            f"{name!r} is protected by a password. Unpack it and upload the file inside."
        ) from error


def _refuse_lack(error: Exception, folder: Path) -> None:
    """Say that there is no room for what is unpacked, where that is it: no file is damaged then."""
    if isinstance(error, OSError):
        refuse_lack_of_room(error, folder)


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, number: int, digest: str
) -> PlainFile:
    inner = PureWindowsPath(member.filename).name  # knows both kinds of separators
    own = folder / f"member-{number}"
    own.mkdir()
    target = own / "member"
    with archive.open(member) as stream:
        _copy_bounded(stream, target, max(member.compress_size, 1), inner)
    if inner.lower().endswith(".gz"):
        return PlainFile(path=_gunzip(target, own, inner), name=inner[:-3], digest=digest)
    return PlainFile(path=target, name=inner, digest=digest)


def _is_workbook(members: list[zipfile.ZipInfo]) -> bool:
    names = {member.filename for member in members}
    return "[Content_Types].xml" in names or "mimetype" in names


def _order_files(members: list[zipfile.ZipInfo], name: str) -> list[zipfile.ZipInfo]:
    suffixes = (*ORDER_FILE_SUFFIXES, ".gz")
    files = [member for member in members if member.filename.lower().endswith(suffixes)]
    if not files:
        names = sorted({member.filename for member in members})
        content = ", ".join(names[:5]) or "nothing"
        raise DataError(
            f"The zip file {name!r} holds no order file (found: {content}). Pack a CSV or Excel "
            "file."
        )
    return sorted(files, key=lambda member: -member.file_size)


def _is_clutter(member: str) -> bool:
    return member.startswith("__MACOSX/") or PurePath(member).name.startswith(".")


def _check_total_size(files: list[zipfile.ZipInfo], name: str) -> None:
    total = sum(member.file_size for member in files)
    if total > MAX_UNPACKED_BYTES or len(files) > MOST_MEMBERS:
        raise DataError(
            f"The zip file {name!r} holds {wording.count(len(files))} order files of "
            f"{wording.count(total // CHUNK)} MB. "
            f"At most {MOST_MEMBERS} files and {wording.count(MAX_UNPACKED_BYTES // CHUNK)} MB "
            "are read."
        )


def _check_workbook_size(members: list[zipfile.ZipInfo], path: Path, name: str) -> None:
    total = sum(m.file_size for m in members)
    if total > SUSPICIOUS_FROM_BYTES and total > SUSPICIOUS_RATIO * path.stat().st_size:
        raise DataError(
            f"The workbook {name!r} unpacks to {wording.count(total // CHUNK)} MB. Save the "
            "orders as CSV and "
            "upload that."
        )


def _check_workbook_area(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str
) -> None:
    """Refuse a sheet with a cell far away: its reader holds the whole area in memory."""
    for member in members:
        if not _SHEET.fullmatch(member.filename):
            continue
        # Empty cells that are merely formatted cost nothing, but are slower to tell apart.
        area = _area(archive, member, _REFERENCE)
        if area > MOST_CELLS:
            area = _area(archive, member, _FILLED_REFERENCE)
        if area > MOST_CELLS:
            raise DataError(
                f"A sheet of the workbook {name!r} has cells far away from its table: it reaches "
                f"over {wording.count(area)} cells. Delete the columns and rows beyond the "
                "table, or save the "
                "orders as CSV."
            )


def _area(archive: zipfile.ZipFile, member: zipfile.ZipInfo, reference: str) -> int:
    """Return the rows times the columns that a sheet's cells reach over, at least 26 columns."""
    far_column = re.compile(reference.format("([A-Z]{2,4})", r"\d{1,12}").encode())
    far_row = re.compile(reference.format("[A-Z]{1,4}", r"(\d{7,12})").encode())
    any_row = re.compile(reference.format("[A-Z]{1,4}", r"(\d{1,12})").encode())
    columns, last_row, text = {b"Z"}, 1, b""
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            text = text[-_LONGEST_CELL:] + chunk
            columns.update(far_column.findall(text))
            last_row = max([last_row, *map(int, far_row.findall(text))])
    last_row = max([last_row, *map(int, any_row.findall(text))])
    return max(map(_column_number, columns)) * last_row


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _checked(file: PlainFile) -> PlainFile:
    if file.path.stat().st_size == 0:
        raise DataError(f"The file {file.name!r} is empty once unpacked. Export the orders again.")
    with file.path.open("rb") as stream:
        head = stream.read(512)
    is_tar = head[257:].startswith(b"ustar")
    kinds = (kind for magic, kind in _FOREIGN.items() if head.startswith(magic))
    if kind := "a tar archive" if is_tar else next(kinds, None):
        raise DataError(
            f"{file.name!r} is {kind}, not an order file. Upload the order export as CSV, "
            "Excel or Parquet."
        )
    return file
