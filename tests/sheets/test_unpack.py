"""A file comes from anywhere and in any wrapping; what is damaged or made to flood is refused."""

import bz2
import gzip
import hashlib
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather

from retention import DataError, open_sheet, read_orders
from retention.sheets.unpack import PlainFile, unpack
from tests.support.order_files import assert_same_orders, csv_bytes
from tests.support.plain_orders import EXPECTED, HEADER, ROWS, cells_of, refused

GOOD = csv_bytes(HEADER, ROWS)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(random.Random(1).randbytes(4000))
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(random.Random(2).randbytes(4000))


# --- sources and containers -----------------------------------------------------------------------


def test_path_text_path_file_and_bytes_are_the_same(tmp_path):
    data = csv_bytes(HEADER, ROWS)
    path = tmp_path / "orders.csv"
    path.write_bytes(data)
    with path.open("rb") as file:
        sheets = [open_sheet(source) for source in (path, str(path), file, io.BytesIO(data), data)]
    assert {sheet.digest for sheet in sheets} == {sheets[0].digest}
    assert {sheet.rows for sheet in sheets} == {len(ROWS)}
    assert [sheet.name for sheet in sheets[:3]] == ["orders.csv"] * 3
    assert_same_orders(read_orders(path), EXPECTED)


def test_a_plain_file_is_read_in_place_and_an_archive_is_unpacked_beside_it(tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    plain, packed = tmp_path / "orders.csv", tmp_path / "orders.csv.gz"
    plain.write_bytes(GOOD)
    packed.write_bytes(gzip.compress(GOOD))
    digest = hashlib.sha256(GOOD).hexdigest()
    assert unpack(plain, folder) == [PlainFile(path=plain, name="orders.csv", digest=digest)]
    assert not list(folder.iterdir())
    (unpacked,) = unpack(packed, folder)
    assert unpacked.path.parent == folder
    assert unpacked.path.read_bytes() == GOOD
    assert unpacked.name == "orders.csv"
    assert unpacked.digest == hashlib.sha256(packed.read_bytes()).hexdigest()


def test_a_file_that_is_open_as_text_or_is_none_is_refused():
    with pytest.raises(DataError, match="binary mode"):
        open_sheet(io.StringIO("a,b"))
    with pytest.raises(DataError, match="not from int"):
        open_sheet(3)


def test_missing_file_is_named(tmp_path):
    with pytest.raises((DataError, FileNotFoundError), match="nowhere"):
        read_orders(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("name", ["orders.csv.gz", "orders.gz", "orders.csv", None])
def test_gzip_is_known_by_its_content(name):
    assert cells_of(gzip.compress(csv_bytes(HEADER, ROWS)), name) == [HEADER, *ROWS]


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("name", ["orders.zip", "orders.csv", None])
def test_zip_is_known_by_its_content(name):
    assert cells_of(zipped({"orders.csv": csv_bytes(HEADER, ROWS)}), name) == [HEADER, *ROWS]


def test_zip_made_on_a_mac_has_one_file_for_us():
    data = zipped(
        {
            "export/": b"",
            "export/orders.csv": csv_bytes(HEADER, ROWS),
            "__MACOSX/export/._orders.csv": b"\x00\x05\x16\x07",
            "export/.DS_Store": b"\x00\x00\x00\x01Bud1",
        }
    )
    assert cells_of(data, "orders.zip") == [HEADER, *ROWS]


def test_zip_of_two_order_files_never_takes_one_silently():
    half = len(ROWS) // 2
    data = zipped(
        {
            "january.csv": csv_bytes(HEADER, ROWS[:half]),
            "february.csv": csv_bytes(HEADER, ROWS[half:]),
        }
    )
    orders = read_orders(data, name="orders.zip")
    assert orders.report.rows_read == len(ROWS) or any(
        "2 order files" in note for note in orders.report.notes
    )


def test_of_a_zip_of_two_order_files_both_are_unpacked_the_largest_first(tmp_path):
    path = tmp_path / "orders.zip"
    path.write_bytes(zipped({"small.csv": GOOD[:100], "large.csv": GOOD, "notes.md": GOOD * 2}))
    files = unpack(path, tmp_path)
    assert [(file.name, file.path.read_bytes()) for file in files] == [
        ("large.csv", GOOD),
        ("small.csv", GOOD[:100]),
    ]


def test_a_gzip_file_within_a_zip_is_unpacked_too():
    data = zipped({"orders.csv.gz": gzip.compress(GOOD)})
    assert cells_of(data, "orders.zip") == [HEADER, *ROWS]


def test_zip_without_a_table_and_empty_zip_are_refused():
    for data in (zipped({}), zipped({"readme/": b""})):
        with pytest.raises(DataError, match=r"(?i)zip|archive|no file|empty"):
            read_orders(data, name="orders.zip")


# --- files of another kind ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [PNG, JPEG, b"GIF89a" + bytes(2000), b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + PNG]
)
@pytest.mark.parametrize(
    "name", ["orders.csv", "orders.xlsx", "orders.parquet", "orders.csv.gz", "orders.zip"]
)
def test_renamed_image_or_document(data, name):
    refused(data, name)


def tar_of(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("orders.csv")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def arrow_of(content: bytes) -> bytes:
    sink = io.BytesIO()
    feather.write_feather(pd.read_csv(io.BytesIO(content)), sink)
    return sink.getvalue()


OTHER_FORMS = {
    "a bzip2 archive": bz2.compress,
    "an xz archive": lzma.compress,
    "a Zstandard archive": lambda content: bytes(pa.compress(content, "zstd", asbytes=True)),
    "a tar archive": tar_of,
    "an Arrow file": arrow_of,
}


@pytest.mark.parametrize("form", OTHER_FORMS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["as it is", "gzip"])
def test_a_form_that_is_not_read_is_named(form, pack):
    with pytest.raises(DataError, match=f"is {form}, not an order file"):
        read_orders(pack(OTHER_FORMS[form](GOOD)), name="orders.csv")


@pytest.mark.parametrize("name", ["MZ-Nummer", "ORCAMENTO", "BM", "GIF", "Obj", "Rarity"])
def test_a_column_name_is_taken_for_no_other_form(name):
    assert cells_of(csv_bytes([name, *HEADER[1:]], ROWS)) == [[name, *HEADER[1:]], *ROWS]


@pytest.mark.parametrize(
    "magic", [b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_right_beginning_and_nothing_behind(magic):
    refused(magic + b"\x00" * 100, "orders")


# --- damaged and dangerous containers -------------------------------------------------------------


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.95])
def test_truncated_gzip(keep):
    rows = [
        [str(i), f"c{i * 7919 % 1000}@example.com", "2024-03-15", f"P{i * 31}", f"{i % 97}.50"]
        for i in range(5000)
    ]
    data = gzip.compress(csv_bytes(HEADER, rows))
    message = refused(data[: int(len(data) * keep)], "orders.csv.gz")
    assert any(
        word in message
        for word in ("damaged", "incomplete", "truncated", "cut", "broken", "corrupt")
    )


def test_truncated_zip_and_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", GOOD * 20)
    refused(out.getvalue()[: len(out.getvalue()) // 2], "orders.zip")
    refused(out.getvalue()[: len(out.getvalue()) // 2], "orders.xlsx")


def test_wrong_checksum():
    data = bytearray(gzip.compress(GOOD))
    data[-6] ^= 0xFF
    refused(bytes(data), "orders.csv.gz")


def test_encrypted_zip_asks_for_one_without_password():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("orders.csv", GOOD)
    data = bytearray(out.getvalue())
    data[6] |= 1  # the "encrypted" flag of the member, and of its entry in the directory
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    message = refused(bytes(data), "orders.zip")
    assert "password" in message or "encrypted" in message


def _flood(size: int) -> tuple[bytes, int]:
    """A raw deflate stream that unpacks to at least `size` bytes of rows, made without ever holding
    them."""
    rows = b"1,a@example.com,2024-03-15,Mug,10.00\r\n" * 100_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)
    times = size // len(rows) + 1
    return block * times + zlib.compressobj(9, zlib.DEFLATED, -15).flush(), times * len(rows)


@pytest.mark.parametrize("honest", [True, False])
def test_zip_bomb_is_stopped(honest):
    """400 MB of rows in a file of one MB; the directory may claim to hold only a little."""
    packed, size = _flood(400 << 20)
    claimed = min(size, 0xFFFFFFFE) if honest else 1000
    name = b"orders.csv"
    sizes = struct.pack("<III", 0, len(packed), claimed)
    local = (
        b"PK\x03\x04"
        + struct.pack("<HHHHH", 20, 0, 8, 0, 0)
        + sizes
        + struct.pack("<HH", len(name), 0)
        + name
    )
    entry = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    entry += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack(
        "<HHHHIIH", 0, 0, 1, 1, len(entry), len(local) + len(packed), 0
    )
    refused(local + packed + entry + end, "orders.zip")


def test_gzip_bomb_is_stopped():
    packed, size = _flood(400 << 20)
    data = (
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
        + packed
        + struct.pack("<II", 0, size & 0xFFFFFFFF)
    )
    message = refused(data, "orders.csv.gz")
    assert "large" in message or "big" in message or "gb" in message or "mb" in message


def test_gzip_within_gzip_is_not_followed_for_ever():
    data = GOOD
    for _ in range(50):
        data = gzip.compress(data)
    refused(data, "orders.csv.gz")
