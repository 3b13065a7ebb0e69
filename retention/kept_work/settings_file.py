"""The store settings as a small JSON file, and back."""

import json
from dataclasses import asdict

from retention.errors import DataError
from retention.kept_work.store_settings import StoreSettings
from retention.own_segments.rule_files import read_json
from retention.validation import check_version

VERSION = 1
#: A file larger than this holds no settings.
MOST_BYTES = 100_000
_NAME = "retention_store_settings"
_SAVED_HERE = "Choose a file that was saved here."


def settings_to_json(settings: StoreSettings) -> bytes:
    """Return the settings as a JSON file in UTF-8."""
    content = {_NAME: VERSION} | asdict(settings)
    return json.dumps(content, indent=2, ensure_ascii=False).encode()


def settings_from_json(content: bytes) -> StoreSettings:
    """Return the settings of a file that `settings_to_json` wrote.

    Args:
        content: The file.

    Returns:
        The settings. What the file lacks is as in a new session.

    Raises:
        DataError: It is no such file, is of another version, or a setting in it is unknown or
            wrong.
    """
    from pydantic import TypeAdapter, ValidationError

    given = _read(content)
    try:
        # Read as JSON, so that a whole number counts as a number.
        return TypeAdapter(StoreSettings).validate_json(
            json.dumps(given), strict=True, extra="forbid"
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = ", ".join(str(part) for part in first["loc"])[:200]
        if first["type"] == "unexpected_keyword_argument":
            raise DataError(f"{name!r} is not a setting. {_SAVED_HERE}") from error
        raise DataError(f"The setting {name!r} cannot be read: {first['msg']}.") from error


def _read(content: bytes) -> dict[str, object]:
    """The settings by name, once the file is known to hold settings of this version."""
    if len(content) > MOST_BYTES:
        raise DataError(f"The file is too large to hold store settings. {_SAVED_HERE}")
    try:
        given = read_json(content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"The file is not JSON. {_SAVED_HERE}") from error
    if not isinstance(given, dict) or _NAME not in given:
        raise DataError(f"The file holds no store settings. {_SAVED_HERE}")
    check_version("The file", given.pop(_NAME), VERSION)
    return given
