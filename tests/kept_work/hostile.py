"""Files of saved work taken apart, changed, and put together again."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from retention.kept_work.archive import MAIN


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a file by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], **options: Any) -> bytes:
    """A zip file of these parts, as another program would write it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", **{"compression": zipfile.ZIP_DEFLATED, **options}) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return target.getvalue()


def with_main(content: bytes, **changes: Any) -> bytes:
    """The file with some entries of its JSON changed; those set to `...` are taken out."""
    parts = parts_of(content)
    main = json.loads(parts[MAIN]) | changes
    main = {name: value for name, value in main.items() if value is not ...}
    return packed(parts | {MAIN: json.dumps(main).encode()})


def with_parts(content: bytes, **parts: bytes | None) -> bytes:
    """The file with some parts changed, named by their stems; None takes one out."""
    all_parts = parts_of(content)
    for name, changed in parts.items():
        whole = next(
            (known for known in all_parts if known.rpartition("/")[2].startswith(f"{name}.")), name
        )
        if changed is None:
            del all_parts[whole]
        else:
            all_parts[whole] = changed
    return packed(all_parts)


def as_first_version(content: bytes) -> bytes:
    """The file as the first version wrote it, without what came later."""
    parts = parts_of(content)
    main = json.loads(parts[MAIN])
    for name in ("until", "files"):
        del main["source"][name]
    del main["notes"], parts["sent.parquet"]
    return packed(parts | {MAIN: json.dumps(main | {"version": 1}).encode()})
