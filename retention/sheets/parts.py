"""Several files, or several sheets of a workbook, as one table: which columns fit, and how."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from retention.cells.names import plain_name
from retention.errors import DataError
from retention.wording import first_words

#: Share of the columns that files of one kind have in common: of the shorter list, of the longer.
SHARED_OF_SHORTER, SHARED_OF_LONGER = 0.6, 0.4
#: Share of the columns that sheets of one workbook have in common.
SAME_COLUMNS = 0.8
NAMED = 6


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a table that come from one export.

    Attributes:
        name: The file's name, with the sheet's where a workbook has several.
        first_row: The first of them in the whole table.
        records_before: Records that stand before it in its own file.
        blanks: For each line of the file that is no record, how many records stand before it.
    """

    name: str
    first_row: int
    records_before: int
    blanks: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Names:
    """The columns of a part.

    Attributes:
        part: The part's name.
        columns: The names.
        are_numbers: Whether the part has no names of its own, so that its columns are numbered.
    """

    part: str
    columns: tuple[str, ...]
    are_numbers: bool = False


def joined_columns(parts: Sequence[Names]) -> tuple[str, ...]:
    """Return the columns of all parts, those of the same plain name once."""
    columns: dict[str, str] = {}
    for part in parts:
        if not part.are_numbers or part is parts[0]:
            for key, column in zip(_keys(part), part.columns, strict=True):
                columns.setdefault(key, column)
    return tuple(columns.values())


def places(part: Names, columns: tuple[str, ...]) -> list[int | None]:
    """Return where each of the joined columns stands in a part; None where it has none."""
    if part.are_numbers:
        return [i if i < len(part.columns) else None for i in range(len(columns))]
    own = {key: i for i, key in enumerate(_keys(part))}
    return [own.get(key) for key in _keys(Names(part="", columns=columns))]


def have_same_columns(first: Names, other: Names) -> bool:
    """Return whether two sheets of a workbook are parts of one table."""
    if other.are_numbers:
        return len(first.columns) == len(other.columns)
    shared = len(_plain(first) & _plain(other))
    return shared >= SAME_COLUMNS * max(len(first.columns), len(other.columns))


def check_fit(first: Names, other: Names) -> None:
    """Check that a file's columns are those of the first file, or nearly.

    Raises:
        DataError: If they are not; it says what differs.
    """
    if other.are_numbers and len(other.columns) == len(first.columns):
        return
    mine, others = _plain(first), _plain(other)
    shared = len(mine & others)
    shorter, longer = sorted((len(mine), len(others)))
    if shared >= max(2, SHARED_OF_SHORTER * shorter, SHARED_OF_LONGER * longer):
        return
    common = [column for column in other.columns if plain_name(column) in mine]
    lacking = [column for column in first.columns if plain_name(column) not in others]
    added = [column for column in other.columns if plain_name(column) not in mine]
    raise DataError(
        f"{other.part!r} does not fit with {first.part!r}: of its {len(other.columns)} columns "
        f"{_shared_words(common)}. It lacks {_listed(lacking)}; it has {_listed(added)} instead. "
        "Load files of one kind together, and others by themselves."
    )


def differences(first: Names, other: Names) -> list[str]:
    """Return what to say of a file that fits and yet has other columns."""
    if other.are_numbers and not first.are_numbers:
        return [f"{other.part!r} has no column names; it took those of {first.part!r}."]
    if other.are_numbers:
        return []
    mine, others = _plain(first), _plain(other)
    lacking = [column for column in first.columns if plain_name(column) not in others]
    added = [column for column in other.columns if plain_name(column) not in mine]
    notes = []
    if lacking:
        notes.append(f"{other.part!r} lacks {_listed(lacking)}; there the cells are empty.")
    if added:
        notes.append(f"Only {other.part!r} has {_listed(added)}.")
    return notes


def _keys(part: Names) -> list[str]:
    """Return the plain names of a part's columns, numbered where two of them are the same."""
    keys: list[str] = []
    for column in part.columns:
        plain = plain_name(column) or column
        keys.append(plain if plain not in keys else f"{plain} {keys.count(plain)} {len(keys)}")
    return keys


def _plain(part: Names) -> set[str]:
    return {plain_name(column) or column for column in part.columns}


def _shared_words(common: list[str]) -> str:
    if not common:
        return "none stands there, too"
    return f"only {len(common)} {'stand' if len(common) > 1 else 'stands'} there, too " + (
        f"({_listed(common)})"
    )


def _listed(columns: list[str]) -> str:
    if not columns:
        return "no other column"
    return first_words([repr(column) for column in columns], NAMED)
