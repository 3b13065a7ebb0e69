"""“Open my work”: a file of saved work, with or without an export beside it."""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from retention import wording
from retention.errors import DataError
from retention.kept_work.archive import SUFFIX
from retention.kept_work.work import Work
from retention.kept_work.work_file import work_of_bytes
from retention.view import text
from retention.view.session.kept_work import record

_UPLOADS = "open_work_uploads"


def choose_files(types: Sequence[str]) -> list[UploadedFile]:
    """Draw the field for a file of saved work, and return the files in it.

    Args:
        types: Endings of exports, which may stand beside it.
    """
    place = st.expander(
        "Open my work", icon=":material/folder_special:", key="open_work", on_change="rerun"
    )
    if not place.open:
        return []
    with place:
        uploads = st.file_uploader(
            f"Your {SUFFIX} file",
            [SUFFIX.removeprefix("."), *types],
            accept_multiple_files=True,
            key=f"open_work_files_{st.session_state.get(_UPLOADS, 0)}",
        )
        st.caption(
            "“Save my work” writes it. A newer export may stand beside it: its columns are then "
            "known."
        )
    return list(uploads)


def empty_field() -> None:
    """Let the next run draw an empty field: the old one would hand its files over again."""
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


def parted(uploads: Sequence[UploadedFile]) -> tuple[list[UploadedFile], list[UploadedFile]]:
    """Return the files of saved work, and the others."""
    work = [upload for upload in uploads if upload.name.lower().endswith(SUFFIX)]
    return work, [upload for upload in uploads if upload not in work]


def read_file(files: Sequence[UploadedFile], step: Callable[[str], None]) -> Work:
    """Return the work of a file.

    Args:
        files: The chosen files of saved work.
        step: Is told each step in words.

    Raises:
        DataError: It cannot be opened, or there are several.
    """
    if len(files) > 1:
        raise DataError(
            f"There are {wording.count(len(files))} files of saved work. Open one at a time."
        )
    step(f"Opening {text.plain(files[0].name, 80)}")
    return work_of_bytes(files[0])


def draw_waiting() -> None:
    """Say that the opened work waits for its orders, and let it have others."""
    work = record.waiting()
    if work is None or work.source is None:
        return
    source = work.source
    what = "open its table again" if source.kind == "table" else "open its export, or a newer one"
    st.info(
        f"**Your work is open, and its orders are not in the file.** Now {what}: "
        f"{text.plain(source.name, 80)}, {wording.plural(source.customers, 'customer')}. Columns "
        "with the same names are read as before.",
        icon=":material/hourglass_top:",
    )
    st.button(
        "Keep its settings and campaigns, and use other orders",
        type="tertiary",
        icon=":material/close:",
        key="work_not_waiting",
        on_click=record.stop_waiting,
        help="Settings, segments and campaigns of the work stay. The orders that you load next "
        "count as others: their columns are found anew.",
    )
