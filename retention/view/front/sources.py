"""The ways in: the sample store, CDNOW, or an order file, which becomes a draft to check."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from retention.errors import RetentionError
from retention.file_worker.process import warm_up
from retention.kept_work.archive import SUFFIX
from retention.kept_work.work import OpenPage, Work
from retention.notation import rewritten
from retention.samples.data_sets import SAMPLES
from retention.sheets.sheet import open_sheets
from retention.view import page_table, text, widgets
from retention.view.front import local_file, open_work, warehouse_table
from retention.view.front.added_export import takes_newer
from retention.view.front.drafts import (
    Draft,
    draft_of,
    draft_of_uploads,
    drop_draft,
    keep_draft,
)
from retention.view.front.needs import draw_needs
from retention.view.session import choices, loaded
from retention.view.session.kept_work import record
from retention.view.session.loaded import Loaded, Origin, SampleName
from retention.view.uploads import let_go_of
from retention.view.welcome import invitation, kept_offer, loading, lost

#: Endings of the files that can be uploaded.
FILE_TYPES = [
    *("csv", "tsv", "txt", "gz", "zip", "parquet"),
    *("xlsx", "xlsm", "xlsb", "xls", "ods", "html"),
]
#: Those that the field for orders takes: a file of saved work may be dropped there too.
TAKEN_TYPES = [*FILE_TYPES, SUFFIX.removeprefix(".")]
T = TypeVar("T")
_REFUSED, _REFUSALS = "load_refused", "load_refusals"
_CANNOT_USE = {1: "This file cannot be used", 2: "These files cannot be used"}


def choosing() -> bool:
    """Return whether the marketer asked for other orders than the loaded ones."""
    return st.query_params.get("load") == "other"


def choose_source(data: Loaded | None) -> None:
    """Draw the ways in: the sample store, CDNOW, a file, and where there is one a warehouse.

    Args:
        data: What is loaded so far.
    """
    warm_up()  # a workbook that comes next need not wait for its reader
    _draw_head(data)
    can_go_on = data is None and kept_offer.draw_offer(stays=False)
    # What a reload has lost is in the offer.
    again = _draw_lost() if data is None and not can_go_on else None
    store, cdnow, own = st.columns(3, gap="medium")
    with store, _card(":material/storefront:", "Sample store"):
        st.markdown(rewritten(f"{SAMPLES['store'].description} {_sentence(SAMPLES['store'].size)}"))
        st.space("stretch")
        if st.button("Open the sample store", type=_first_choice(can_go_on), width="stretch"):
            _load_sample("store")
    with cdnow, _card(":material/album:", "CDNOW, real orders"):
        st.markdown(rewritten(f"{SAMPLES['cdnow'].description} 2,357 customers, 6,919 orders."))
        st.space("stretch")
        if st.button("Open CDNOW", width="stretch"):
            _load_sample("cdnow")
    with own, _card(":material/upload_file:", "Your own orders"):
        st.markdown(
            "An order export as CSV, TSV, Excel or Parquet, plain or in .zip or .gz. Several files "
            "of one kind are read as one."
        )
        uploads = st.file_uploader(
            "Order file",
            TAKEN_TYPES,
            accept_multiple_files=True,
            key=_uploader_key(),
            label_visibility="collapsed",
        )
    saved = open_work.choose_files(FILE_TYPES)
    choice = warehouse_table.choose_table()
    path = local_file.choose_path() if local_file.is_allowed() else None
    if again is not None:
        _load_again(again)
    elif choice is not None:
        _open_table(choice)
    elif saved or uploads:
        _open_uploads(saved or uploads)
    elif path is not None:
        _open_path(path)
    else:
        _draw_refusal()
    draw_needs()


def _first_choice(can_go_on: bool) -> Literal["primary", "secondary"]:
    """How the sample's button looks: one button of a page stands out."""
    is_first = not can_go_on and record.waiting() is None and not choosing()
    return "primary" if is_first else "secondary"


def _draw_refusal() -> None:
    """Say why the last file was refused; several files stay in the uploader while they are."""
    file_ids, refusal = st.session_state.get(_REFUSED, ("", None))
    if refusal is not None and _stands_alone(file_ids):
        widgets.problem(_CANNOT_USE[1], refusal)


def _draw_head(data: Loaded | None) -> None:
    if data is None:
        st.title("Know who will come back", anchor=False)
        st.markdown(
            "Load your orders and see, within a minute, who will buy again, what each customer is "
            "worth, and which groups to talk to."
        )
    else:
        st.title("Load newer or other orders", anchor=False)
        st.markdown(what_loading_does(data))
        if st.button(
            f"Back to {text.plain(data.name, 60)}", icon=":material/arrow_back:", type="tertiary"
        ):
            finish()
    widgets.draw_hidden_heading("Choose your orders")
    invitation.say_if_lost()
    open_work.draw_waiting()
    if choices.kept_address() is not None:
        st.info(
            "The settings of the page you came from are kept. "
            "Load the same orders to see it again.",
            icon=":material/bookmark:",
        )


def what_loading_does(data: Loaded) -> str:
    """Say what each choice does to the loaded orders, before one is made, as Markdown.

    Args:
        data: What is loaded.
    """
    name = text.plain(data.name, 80)
    replaced = f"the place of **{name}**, which stays loaded until then."
    if not takes_newer(data):
        return f"**Replaced:** other orders take {replaced}"
    return (
        f"**Added:** a newer export of the same shop is added to **{name}**. Each order then "
        "counts once, and all that you have made stays. You see first what it would add.  \n"
        f"**Replaced:** the export of another shop, a sample or saved work takes {replaced}"
    )


def _draw_lost() -> Origin | None:
    """Say which orders a reload has lost, and return those that a click asks for again."""
    by_path = " Or open it by its path." * local_file.is_allowed()
    return lost.draw_notice(
        f"Choose the file again below.{by_path}", can_open_paths=local_file.is_allowed()
    )


def _load_again(origin: Origin) -> None:
    if origin.kind == "path" and local_file.is_allowed():
        _open_path(local_file.local_path(origin.path))
    elif origin.kind in ("store", "cdnow"):
        _load_sample(origin.kind)


def _load_sample(name: SampleName) -> None:
    if attempt("These orders cannot be loaded", lambda step: loaded.put_sample(name, step)):
        finish()


def _open_uploads(uploads: list[UploadedFile]) -> None:
    """Open uploaded files once; what was refused is not read again with every click.

    A file that was refused leaves the uploader, so that the next one stands alone. Of several files
    all stay, so that the marketer can take out the one that does not fit.
    """
    title = _CANNOT_USE[min(len(uploads), 2)]
    file_ids = " ".join(upload.file_id for upload in uploads)
    refused_ids, refusal = st.session_state.get(_REFUSED, (None, None))
    if refusal is not None and refused_ids == file_ids:
        widgets.problem(title, refusal)
        return
    work_files, uploads = open_work.parted(uploads)
    if work_files:
        _open_work(work_files, uploads, file_ids)
        return
    _open_exports(uploads, title, file_ids)


def _open_work(files: list[UploadedFile], exports: list[UploadedFile], file_ids: str) -> None:
    """Open saved work, and the exports beside it, whose columns are then known.

    Where one of them is refused, nothing is taken over.
    """

    def open_both(step: Callable[[str], None]) -> tuple[Work, Draft | None, bool]:
        work = open_work.read_file(files, step)
        opened = draft_of_uploads(exports, step, work) if exports else None
        return work, opened, record.apply(work, step)

    outcome = attempt("This saved work cannot be opened", open_both, file_id=file_ids)
    if outcome is None:
        _empty_after_refusal([*files, *exports])
        return
    let_go_of([*files, *exports])
    _empty_fields()
    work, opened, is_complete = outcome
    if opened is not None:
        keep_draft(opened)
    elif is_complete:
        finish(record.known_page(work.page))
    st.rerun()


def _empty_fields() -> None:
    """Let the next run draw empty fields: the old ones would hand their files over again."""
    open_work.empty_field()
    st.session_state[_REFUSALS] = st.session_state.get(_REFUSALS, 0) + 1


def _empty_after_refusal(refused: list[UploadedFile]) -> None:
    """Draw the refusal of a single file beside empty fields; of several all stay."""
    if len(refused) == 1:
        let_go_of(refused)
        _empty_fields()
        st.rerun()


def _open_exports(uploads: list[UploadedFile], title: str, file_ids: str) -> None:
    """Open the files as one draft."""
    opened = attempt(title, lambda step: draft_of_uploads(uploads, step), file_id=file_ids)
    if opened:
        keep_draft(opened)
        let_go_of(uploads)
        st.rerun()
    else:
        _empty_after_refusal(uploads)


def _open_path(path: Path) -> None:
    """Open a file of this computer, which is read where it lies."""

    def open_draft(step: Callable[[str], None]) -> Draft:
        step(f"Reading {text.plain(path.name, 80)}")
        return draft_of(open_sheets([path]), step, Origin("path", str(path)))

    opened = attempt(_CANNOT_USE[1], open_draft)
    if opened:
        keep_draft(opened)
        st.rerun()


def _open_table(choice: warehouse_table.Choice) -> None:
    """Open a table of a warehouse, of which the first rows come here."""

    def open_draft(step: Callable[[str], None]) -> Draft:
        step(f"Looking at the first rows of {text.plain(choice.table, 80)}")
        table, sheet = choice.warehouse.open_table(choice.table)
        return draft_of(sheet, step, Origin("table"), table)

    opened = attempt("This table cannot be used", open_draft)
    if opened:
        keep_draft(opened)
        st.rerun()


def _uploader_key() -> str:
    """Return the uploader's key: another one, and with it an empty one, after each refusal."""
    refusals = st.session_state.get(_REFUSALS, 0)
    return f"order_file_{refusals}" if refusals else "order_file"


def attempt(
    title: str, work: Callable[[Callable[[str], None]], T], *, file_id: str | None = None
) -> T | None:
    """Run `work` below a progress line. A `RetentionError` becomes a panel; loaded data stays.

    Args:
        title: Of the panel.
        work: Takes a function to call with each step in words.
        file_id: Uploaded files that are not read again once `work` refused them. The refusal of a
            single one is drawn by the next run, with an empty uploader: a file that is given
            meanwhile would be lost with the old one.
    """
    place = st.empty()
    try:
        with loading.steps(place) as step:
            return work(step)
    except RetentionError as error:
        refusal = error
    place.empty()
    if file_id:
        st.session_state[_REFUSED] = (file_id, refusal)
    if not _stands_alone(file_id):
        widgets.problem(title, refusal)
    return None


def _stands_alone(file_id: str | None) -> bool:
    """Return whether it is a single upload, whose refusal stands beside the emptied uploader."""
    return file_id is not None and len(file_id.split()) == 1


def finish(page: OpenPage | None = None) -> None:
    """Leave the loading steps and show what is loaded.

    Args:
        page: The page that saved work was left on.
    """
    drop_draft()
    st.session_state.pop(_REFUSED, None)
    st.query_params.pop("load", None)
    address = choices.kept_address()
    if address is not None:
        choices.keep_address(None)
        page_table.go_to(address.path, address.settings)
    if page is not None and page.path != page_table.FRONT_PAGE:
        page_table.go_to(page.path, dict(page.settings))
    st.rerun()


@contextmanager
def _card(icon: str, title: str) -> Iterator[None]:
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"{icon} **{title}**")
        yield


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
