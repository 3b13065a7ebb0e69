"""One visitor of the app: what a browser's tab sends and receives, without drawing it."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from socket import SHUT_RDWR
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import requests
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.AppPage_pb2 import AppPage
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

#: Seconds that one answer may take.
PATIENCE = 900
#: What a browser says when its tab is closed: it is going away.
GOING_AWAY = 1001
_COOKIE = "_streamlit_xsrf"
_MAIN, _SIDEBAR = 0, 1


class LostSessionError(Exception):
    """The server has ended the visitor's session, or answers no more."""


class Visitor:
    """A tab of a browser: it opens the app, clicks, moves sliders, uploads, and closes.

    A tab whose connection was lost comes back with the name of its session.

    Attributes:
        session: The name that the server gave the session.
        pages: The pages' names in the address, each with what the server calls its script.
        errors: The exceptions and refusals that reached the page, as text.
        took: Seconds of each answer, with what was asked for.
    """

    def __init__(self, address: str, session: str = "") -> None:
        self.session = session
        self.pages: dict[str, str] = {}
        self.errors: list[str] = []
        self.took: list[tuple[str, float]] = []
        self._address = address
        self._http = requests.Session()
        self._http.get(f"{address}/_stcore/health", timeout=60).raise_for_status()
        token = self._http.cookies[_COOKIE]
        self._headers = {"Origin": address, "X-Xsrftoken": token}
        self._opened = ExitStack()
        self._socket = self._opened.enter_context(
            connect(
                address.replace("http", "ws") + "/_stcore/stream",
                additional_headers={"Cookie": f"{_COOKIE}={token}", "Origin": address},
                subprotocols=[Subprotocol(part) for part in ("streamlit", token, session) if part],
                max_size=None,
                open_timeout=60,
            )
        )
        self._page = ""
        self._address_settings = ""
        self._run = 0
        self._has_ended = False
        self._drawn: dict[tuple[int, ...], tuple[int, str, Element | Block]] = {}
        self._states: dict[str, WidgetState] = {}
        self._moved: dict[str, list[float]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Close the tab."""
        self._socket.close(GOING_AWAY)
        self._opened.close()
        self._http.close()

    def lose_connection(self) -> None:
        """Let the network fail: nobody says good-bye."""
        self._socket.socket.shutdown(SHUT_RDWR)
        self._http.close()

    def open(self, page: str = "") -> float:
        """Open a page by its name in the address, as the menu does, and return the seconds.

        Args:
            page: The name; empty for the front page.
        """
        self._page = self.pages.get(page, "")
        self._address_settings = ""
        self._forget()
        return self._ask(f"page {page or 'front'}")

    def click(self, label: str) -> float:
        """Click a button, and return the seconds until the answer is complete."""
        button = next((b for b in self._all("button") if b.label == label and not b.disabled), None)
        if button is None:
            raise LookupError(f"There is no button {label!r} on the page.")
        pressed = WidgetState(id=button.id, trigger_value=True)
        return self._ask(f"button {label}", pressed)

    def has_button(self, label: str) -> bool:
        """Return whether a button is on the page, and can be clicked."""
        return any(b.label == label and not b.disabled for b in self._all("button"))

    def sliders(self) -> list[str]:
        """Return the sliders of the page that stand in no form."""
        return [
            slider.id
            for slider in self._all("slider")
            if not slider.form_id and not slider.disabled
        ]

    def move(self, slider_id: str) -> float:
        """Move a slider by a step, or back, and return the seconds until the answer is complete.

        Args:
            slider_id: One of `sliders`.
        """
        fragment, slider = next(
            (fragment, element.slider)
            for _, fragment, element in self._drawn.values()
            if isinstance(element, Element)
            and element.WhichOneof("type") == "slider"
            and element.slider.id == slider_id
        )
        now = self._moved.get(slider_id) or _places(slider)
        step = slider.step or 1
        now[-1] += step if now[-1] + step <= slider.max else -step
        self._moved[slider_id] = now
        state = WidgetState(id=slider_id)
        if slider.type == Slider.SELECT_SLIDER:
            state.string_array_value.data.extend(slider.options[round(place)] for place in now)
        else:
            state.double_array_value.data.extend(now)
        self._states[slider_id] = state
        return self._ask("slider", fragment=fragment)

    def upload(self, name: str, content: bytes) -> float:
        """Give a file to the page's first uploader, and return the seconds until it is read."""
        begin = time.perf_counter()
        uploader = next(self._all("file_uploader"))
        request = BackMsg()
        request.file_urls_request.request_id = uuid4().hex
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self.session
        self._send(request)
        (place,) = self._until(lambda m: m.WhichOneof("type") == "file_urls_response")[
            -1
        ].file_urls_response.file_urls
        self._http.put(
            self._address + place.upload_url,
            files={"file": (name, content, "text/csv")},
            headers=self._headers,
            timeout=PATIENCE,
        ).raise_for_status()
        given = WidgetState(id=uploader.id)
        file = given.file_uploader_state_value.uploaded_file_info.add()
        file.name, file.size, file.file_id = name, len(content), place.file_id
        file.file_urls.CopyFrom(place)
        self._states[uploader.id] = given
        self._ask("upload")
        return time.perf_counter() - begin

    def text(self) -> str:
        """Return the words of the page, its menu left out."""
        parts = []
        for path, (_, _, element) in sorted(self._drawn.items()):
            if path[0] == _MAIN and isinstance(element, Element):
                body = getattr(element, element.WhichOneof("type") or "empty")
                parts.append(getattr(body, "body", "") or getattr(body, "label", ""))
        return "\n".join(part for part in parts if isinstance(part, str) and part)

    def _fields(self) -> Iterator[Any]:
        for _, _, element in self._drawn.values():
            if isinstance(element, Element):
                yield getattr(element, element.WhichOneof("type") or "empty")

    def _all(self, kind: str) -> Iterator[Any]:
        for _, _, element in self._drawn.values():
            if isinstance(element, Element) and element.WhichOneof("type") == kind:
                yield getattr(element, kind)

    def _ask(self, what: str, *pressed: WidgetState, fragment: str = "") -> float:
        """Let the page's script run with the widgets as they are, and wait for its end."""
        begin = time.perf_counter()
        message = BackMsg()
        request = message.rerun_script
        request.page_script_hash = self._page
        request.fragment_id = fragment
        request.query_string = self._address_settings
        request.widget_states.widgets.extend([*self._states.values(), *pressed])
        about = request.context_info
        about.timezone, about.timezone_offset, about.locale = "Europe/Berlin", -60, "en-US"
        about.url, about.is_embedded, about.color_scheme = self._address + "/", False, "light"
        self._send(message)
        self._has_ended = False

        def is_over(answer: ForwardMsg) -> bool:
            self._follow(answer)
            is_status = answer.WhichOneof("type") == "session_status_changed"
            running = answer.session_status_changed.script_is_running
            return is_status and not running and self._has_ended

        self._until(is_over)
        seconds = time.perf_counter() - begin
        self.took.append((what, seconds))
        return seconds

    def _send(self, message: BackMsg) -> None:
        try:
            self._socket.send(message.SerializeToString())
        except ConnectionClosed as error:
            raise LostSessionError(f"The server closed the connection: {error}") from error

    def _until(self, is_last: Callable[[ForwardMsg], bool]) -> list[ForwardMsg]:
        """Receive messages up to the one that is waited for, and return them."""
        end = time.monotonic() + PATIENCE
        messages: list[ForwardMsg] = []
        while True:
            try:
                data = self._socket.recv(timeout=max(end - time.monotonic(), 0.01))
            except ConnectionClosed as error:
                raise LostSessionError(f"The server closed the connection: {error}") from error
            except TimeoutError as error:
                raise LostSessionError(f"No answer came within {PATIENCE} seconds.") from error
            message = ForwardMsg()
            message.ParseFromString(data)
            messages.append(message)
            if is_last(message):
                return messages

    def _follow(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin_run(message.new_session)
        elif kind == "navigation":
            self._know(message.navigation.app_pages)
        elif kind == "page_info_changed":
            self._address_settings = message.page_info_changed.query_string
        elif kind == "delta":
            self._draw(tuple(message.metadata.delta_path), message.delta)
        elif kind == "script_finished":
            self._end_run(message.script_finished)

    def _begin_run(self, started: NewSession) -> None:
        session = started.initialize.session_id
        if self.session and session != self.session:
            raise LostSessionError("The server has begun another session.")
        self.session = session
        self._run += 1
        if started.page_script_hash != self._page:
            self._page = started.page_script_hash
            self._forget()

    def _forget(self) -> None:
        """Forget what the page's fields hold: the next page has others."""
        self._states.clear()
        self._moved.clear()

    def _know(self, pages: Iterable[AppPage]) -> None:
        self.pages = {
            "" if page.is_default else page.url_pathname: page.page_script_hash for page in pages
        }

    def _draw(self, path: tuple[int, ...], delta: Delta) -> None:
        kind = delta.WhichOneof("type")
        if kind == "add_block":
            self._drawn[path] = self._run, delta.fragment_id, delta.add_block
        elif kind == "new_element":
            element = delta.new_element
            below = [p for p in self._drawn if p[: len(path)] == path]
            for place in below:
                del self._drawn[place]
            self._drawn[path] = self._run, delta.fragment_id, element
            if element.WhichOneof("type") == "exception":
                self.errors.append(f"{element.exception.type}: {element.exception.message}")
            elif element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
                self.errors.append(element.alert.body)

    def _end_run(self, status: int) -> None:
        """Take away what the run has not drawn again, as a browser does.

        A run that ends early begins anew: its answer is not complete.
        """
        self._has_ended = status != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if status == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._drawn = {p: d for p, d in self._drawn.items() if d[0] == self._run}
            there = {getattr(field, "id", "") for field in self._fields()}
            for gone in set(self._states) - there:
                del self._states[gone]
                self._moved.pop(gone, None)
        elif status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.errors.append("The page's script cannot be compiled.")


def _places(slider: Slider) -> list[float]:
    """Where the handles of a slider stand; of one with words, the numbers of its words."""
    if not slider.set_value:
        return list(slider.default)
    if slider.type == Slider.SELECT_SLIDER:
        return [list(slider.options).index(word) for word in slider.raw_value]
    return list(slider.value)
