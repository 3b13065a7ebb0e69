"""An order file on this computer, by its path: for files beyond the upload limit.

It is there where the server listens on the loopback address alone, so that whoever uses the app
sits at the computer that runs it. Elsewhere no text of a browser ever becomes a path.
"""

from pathlib import Path

import streamlit as st

from retention.errors import DataError
from retention.view.session.kept_work.this_computer import is_local


def is_allowed() -> bool:
    """Return whether the app runs for this computer alone."""
    return is_local()


def choose_path() -> Path | None:
    """Draw the field for a path, and return the path once it is to be opened."""
    with st.expander("A file on this computer", icon=":material/folder_open:"):
        with st.form("local_file", border=False):
            written = st.text_input(
                "Path of the order file",
                placeholder="/Users/me/Downloads/orders.csv",
                help="The file is read where it lies: there is no upload, and no limit of size.",
            )
            is_sent = st.form_submit_button("Open the file", icon=":material/arrow_forward:")
        st.caption("The app runs on this computer alone, so that it can read its files.")
    return local_path(written) if is_sent and written.strip() else None


def local_path(written: str) -> Path:
    """Return the path that somebody typed or pasted, with or without quotes around it.

    Args:
        written: The text of the field.

    Returns:
        The path. Whether a file is there is not looked at.

    Raises:
        DataError: The server can be reached from other computers, or the path begins with the home
            folder of somebody who is not known here.
    """
    if not is_allowed():
        raise DataError("Files of this computer are read only where the app runs for it alone.")
    path = written.strip().strip("\"'")
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise DataError(
            f"The home folder at the beginning of '{path}' is not known here. Write the path from "
            "the root of the disk on."
        ) from error
