"""A page without data: it invites to load some."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.errors import RetentionError
from retention.view import page_table, text, widgets
from retention.view.session import choices, loaded
from retention.view.session.loaded import SampleName
from retention.view.welcome import answers, kept_offer, loading, lost


def say_if_lost() -> None:
    """Say which orders are no longer there because their warehouse has gone."""
    name = loaded.lost()
    if name is not None:
        st.warning(
            f"**The connection to your warehouse has ended.** {text.plain(name, 80)} is no longer "
            "loaded. Open the table again.",
            icon=":material/database_off:",
        )


def draw_invitation(page: page_table.Page) -> None:
    """Draw what a page shows without data: what was lost, what it would say, and how to load some.

    Args:
        page: The page.
    """
    widgets.draw_hidden_heading("Nothing is loaded yet")
    say_if_lost()
    # Kept work is one offer: what the reload has lost is in it.
    is_kept = kept_offer.draw_offer(stays=True)
    again = None if is_kept else lost.draw_notice("Choose it again under “Use your own orders”.")
    # All values of a key: a slider with two handles has two.
    settings = {key: st.query_params.get_all(key) for key in st.query_params}
    choices.keep_address(choices.Address(page.path, settings) if settings else None)
    if settings:
        st.info(
            "The settings in this page's address are kept. Load the same orders (file or sample) "
            "to see them applied.",
            icon=":material/bookmark:",
        )
    with st.container(border=True, gap="small"):
        st.subheader("Load orders to see this page", anchor=False)
        st.markdown(
            f"The sample store is a made-up shop with about {wording.count(12_000)} customers "
            "over three years, so that every page has something to show. Your own order export "
            "works the same way."
        )
        if page is not None:
            answers.draw_answer(page.path)
        with st.container(horizontal=True, vertical_alignment="center"):
            load = st.button(
                "Load the sample store",
                # One button of a page stands out, and with kept work it is “Go on”.
                type="secondary" if is_kept else "primary",
                icon=":material/storefront:",
            )
            st.page_link(
                page_table.FRONT_PAGE, label="Use your own orders", icon=":material/upload_file:"
            )
        progress = st.empty()
    if load or again is not None:
        _load_sample("cdnow" if again is not None and again.kind == "cdnow" else "store", progress)
    loaded.prepare_sample()


def _load_sample(name: SampleName, place: DeltaGenerator) -> None:
    try:
        with loading.steps(place) as step:
            loaded.put_sample(name, step)
    except RetentionError as error:
        place.error(text.plain(error, limit=1000))
    else:
        st.rerun()
