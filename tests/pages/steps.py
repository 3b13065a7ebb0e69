"""What a test does on a page and reads from it, without a browser."""

from functools import lru_cache
from pathlib import Path

from streamlit.testing.v1 import AppTest

from retention import build_orders, detect_columns, open_sheet, summarise_customers
from retention.view.glossary.terms import all_terms
from retention.view.session.cache import share_results_of
from retention.view.session.loaded import Loaded

ROOT = Path(__file__).parents[2]


def open_app(**query) -> AppTest:
    """The front page of a new session, not run yet, with settings in its address."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    return at


def open_page(path: str, **query) -> AppTest:
    """A page opened by its own address in a new session."""
    return open_app(**query).switch_page(path).run()


def button(at: AppTest, label: str):
    """The first button with this label."""
    return next(found for found in at.button if found.label == label)


def select(at: AppTest, label: str):
    """The first selection box with this label."""
    return next(found for found in at.selectbox if found.label == label)


def unfold(at: AppTest, beginning: str) -> AppTest:
    """The page with the folded part open whose label begins so; it is built only then."""
    return _fold(at, beginning, is_open=True)


def fold(at: AppTest, beginning: str) -> AppTest:
    """The page with the part folded away again whose label begins so."""
    return _fold(at, beginning, is_open=False)


def _fold(at: AppTest, beginning: str, *, is_open: bool) -> AppTest:
    part = next(part for part in at.expander if part.label.startswith(beginning))
    at.session_state[part.proto.id.rsplit("-", 1)[-1]] = is_open  # an id ends with its key
    return at.run()


def as_read(markdown: str) -> str:
    """Markdown as its reader sees it: without the escapes of `retention.view.text.plain`."""
    return markdown.replace("\\", "").replace("\u2060", "")


def metrics(at: AppTest) -> dict[str, str]:
    """The headline numbers by their labels."""
    return {metric.label: as_read(metric.value) for metric in at.metric}


def notes(at: AppTest) -> dict[str, str]:
    """The notes below the headline numbers, by the numbers' labels."""
    return {metric.label: as_read(metric.delta) for metric in at.metric}


def words(at: AppTest) -> str:
    """All that the page says, as it is read: without the escapes of names from a file."""
    shown = [*at.title, *at.subheader, *at.markdown, *at.caption, *at.error, *at.warning, *at.info]
    return as_read("\n".join(str(element.value) for element in shown))


def explained(at: AppTest) -> bool:
    """Whether every headline number has its definition, one hover away or on the glossary."""
    on_glossary = {label for term in all_terms() for label in (term.word, *term.also)}
    return all(metric.help or metric.label in on_glossary for metric in at.metric)


def chip(at: AppTest) -> str | None:
    """The words of the forecast's chip; None where the page has none."""
    labels = [link.proto.label for link in at.get("page_link")]
    return next((label for label in labels if label.startswith("Forecast: ")), None)


def order_file(rows: list[str], header: str = "Order,Email,Date,Total") -> bytes:
    """A CSV file from its lines."""
    return "\n".join([header, *rows]).encode()


def upload(at: AppTest, content: bytes, name: str = "orders.csv") -> AppTest:
    """Give the front page a file."""
    at.file_uploader[0].set_value([(name, content, "text/csv")])
    return at.run()


def use_upload(at: AppTest, content: bytes) -> AppTest:
    """Give the front page a file, and use it as it was read."""
    return button(upload(at, content), "Use these orders").click().run()


def loaded_app(content: bytes) -> AppTest:
    """A new session, not run yet, that has a file's orders in use as they are read.

    The file is read once for all tests of a process, and what follows from its orders alone is
    computed once, as for a sample. What is about the reading uses `use_upload`.
    """
    at = open_app()
    at.session_state["loaded_orders"] = _loaded(content)
    return at


@lru_cache(maxsize=4)
def _loaded(content: bytes) -> Loaded:
    sheet = open_sheet(content, "orders.csv")
    mapping = detect_columns(sheet)
    orders = build_orders(sheet, mapping)
    sheet.release()
    loaded = Loaded(sheet.name, orders, summarise_customers(orders), mapping=mapping)
    share_results_of(loaded)
    return loaded


def set_for_the_store(at: AppTest, back: str, **settings) -> AppTest:
    """The page `back` after controls of the store settings, by their keys without "set_", moved."""
    at = at.switch_page("pages/settings.py").run()
    for name, value in settings.items():
        control = next(found for found in _controls(at) if found.key == f"set_{name}")
        at = control.set_value(value).run()
        assert not at.exception, name
    return at.switch_page(back).run()


def _controls(at: AppTest):
    return [*at.slider, *at.segmented_control, *at.selectbox, *at.number_input, *at.text_input]


def open_tab(at: AppTest, name: str) -> AppTest:
    """The page with the tab of this name (without its icon) open."""
    label = next(tab.label for tab in at.tabs if tab.label.endswith(name))
    at.session_state["tab"] = label
    return at.run()


def open_part(at: AppTest, key: str, name: str) -> AppTest:
    """The page with the part of this name (without its icon) open, by the pills' key."""
    part = next(part for part in at.pills(key=key).proto.options if part.content == name)
    at.session_state[key] = f"{part.content_icon} {part.content}".strip()
    return at.run()


def conclusion(at: AppTest) -> str:
    """The page's first sentence, as it is read."""
    return as_read(str(at.markdown[0].value))
