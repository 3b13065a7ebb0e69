"""Uploaded files that have been read: the server need not hold their bytes any longer."""

from collections.abc import Iterable

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile


def let_go_of(uploads: Iterable[UploadedFile]) -> None:
    """Let the server forget uploaded files, whose field is not drawn again with them.

    Streamlit holds what a session has uploaded until the session ends, also where the field that
    took it is long gone.

    Args:
        uploads: What `st.file_uploader` returned.
    """
    context = get_script_run_ctx()
    if context is None or not isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        return
    for upload in uploads:
        context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)
