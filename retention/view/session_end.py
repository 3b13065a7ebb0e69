"""The end of a session: soon after its tab is closed, and what it held goes back to the system.

A connection that is lost comes back to its session for half a day. A tab that is closed never does:
its browser says so, and a reload begins a session of its own. Streamlit keeps both alike, with the
orders of both. So the closed ones are ended here.
"""

import asyncio
import sys
import weakref
from collections.abc import Callable, Coroutine, MutableMapping
from functools import partial, wraps
from types import ModuleType
from typing import Any

from streamlit.runtime import Runtime, RuntimeState, exists as runtime_exists, get_instance
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.session_manager import SessionClient
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from retention.view.server_memory import give_back_ended

#: Seconds between the closing of a tab and the end of its session: a proxy may close a connection
#: with the same words, and the browser then asks for its session again at once.
GRACE_SECONDS = 20.0
#: What a browser says when it leaves a page (RFC 6455, section 7.4.1).
GOING_AWAY = 1001
_FOLLOWS = "retention_follows"

Message = MutableMapping[str, Any]
#: How a connection receives.
Receive = Callable[[], Coroutine[Any, Any, Message]]


def follow_tabs() -> None:
    """Let every session of this server end soon after its tab is closed."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime_exists() or hasattr(get_instance(), _FOLLOWS):
        return
    runtime = get_instance()
    setattr(runtime, _FOLLOWS, True)
    connect = runtime.connect_session

    @wraps(connect)
    def connect_and_follow(client: SessionClient, *args: Any, **kwargs: Any) -> str:
        session = connect(client, *args, **kwargs)
        _follow(client, runtime, session)
        return session

    runtime.connect_session = connect_and_follow  # type: ignore[method-assign]
    # Whoever came first was there before.
    _follow(runtime.get_client(context.session_id), runtime, context.session_id)


def _follow(client: SessionClient | None, runtime: Runtime, session: str) -> None:
    if isinstance(client, StarletteSessionClient):
        connection = client._websocket
        # Not the session itself: this must not be what keeps it.
        held = weakref.ref(runtime.get_app_session(session))
        receive = following(connection.receive, runtime, session, held)
        connection.receive = receive  # type: ignore[method-assign]


def following(
    receive: Receive, runtime: Runtime, session: str, held: Callable[[], AppSession | None]
) -> Receive:
    """Return a connection's way to receive that also sees why the connection ends.

    Args:
        receive: The connection's own way.
        runtime: What holds the sessions.
        session: The name of the connection's session.
        held: Returns the session, as long as it is there.
    """

    async def receive_and_see() -> Message:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            end = partial(_end, runtime, session, held)
            is_closed = message.get("code") == GOING_AWAY
            asyncio.get_running_loop().call_later(GRACE_SECONDS, end if is_closed else _give_back)
        return message

    return receive_and_see


def _end(runtime: Runtime, session: str, held: Callable[[], AppSession | None]) -> None:
    """End a session unless its browser is back, and give back what it held."""
    if runtime.is_active_session(session):
        return
    ended = held()
    runtime.close_session(session)
    if ended is not None:
        # Streamlit's loop still refers to the session that it looked at last, until the next one
        # asks for something.
        ended.session_state.clear()
        # What the callbacks of its widgets are called with is not part of what that clears.
        ended.session_state._new_widget_state.widget_metadata.clear()
        ended._fragment_storage.clear()
    if runtime.state is RuntimeState.NO_SESSIONS_CONNECTED:
        # What the last page computed stands in this module until another page runs.
        sys.modules["__main__"] = ModuleType("__main__")
    _give_back()


def _give_back() -> None:
    asyncio.get_running_loop().run_in_executor(None, give_back_ended)
