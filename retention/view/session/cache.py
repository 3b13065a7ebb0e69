"""Results that are computed once a session and data set."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import streamlit as st

from retention.orders.orders import Orders
from retention.view.session.choices import purchase_model, standard_plan
from retention.view.session.engine_link import ConnectionEndedError
from retention.view.session.signal_files import key_of

Settings = ParamSpec("Settings")
Result = TypeVar("Result")


class HasOrders(Protocol):
    """Anything that says which orders it was made of."""

    @property
    def orders(self) -> Orders:
        """The orders, whose digest is a part of every key."""


Data = TypeVar("Data", bound=HasOrders)

#: Every cache by the name of its function: a module that is loaded again replaces its own.
_CACHES: dict[str, Any] = {}


def kept(
    *,
    max_entries: int,
    spinner: str | bool = False,
    by_model: bool = False,
    by_signals: bool = False,
    by_plan: bool = False,
    on_release: Callable[[Any], None] | None = None,
) -> Callable[
    [Callable[Concatenate[Data, Settings], Result]], Callable[Concatenate[Data, Settings], Result]
]:
    """Keep what a function makes of the loaded data, private to the session.

    The function takes the data first and settings after it. Its key is the digest of the orders and
    the settings. Frames are never part of a key, because Streamlit hashes a sample of large ones.
    A setting whose name begins with an underscore is passed on and left out of the key. Results are
    shared and not copied: a caller that changes one makes its own copy.

    Args:
        max_entries: Results that are kept at once, for different settings.
        spinner: What is shown meanwhile; False where it takes no time worth a word.
        by_model: Whether the session's purchase model is a part of the key.
        by_signals: Whether the files of signals that were added are a part of the key.
        by_plan: Whether all that the store settings say of a forecast is a part of it: the purchase
            model, the margin and the discount rate.
        on_release: Is told of each result that is let go.
    """

    def decorate(
        compute: Callable[Concatenate[Data, Settings], Result],
    ) -> Callable[Concatenate[Data, Settings], Result]:
        signature = inspect.signature(compute)

        def result(key: tuple[object, ...], *, _arguments: inspect.BoundArguments) -> Result:
            del key  # hashed by Streamlit, which passes over names that begin with an underscore
            return compute(*_arguments.args, **_arguments.kwargs)

        # Streamlit tells caches apart by these names.
        result.__module__, result.__qualname__ = compute.__module__, compute.__qualname__
        cached = st.cache_resource(
            scope="session", max_entries=max_entries, show_spinner=spinner, on_release=on_release
        )(result)
        _CACHES[f"{compute.__module__}.{compute.__qualname__}"] = cached

        @wraps(compute)
        def from_cache(data: Data, *args: Settings.args, **kwargs: Settings.kwargs) -> Result:
            bound = signature.bind(data, *args, **kwargs)
            bound.apply_defaults()
            _, *settings = bound.arguments.items()
            hashed = tuple(value for name, value in settings if not name.startswith("_"))
            plan = standard_plan() if by_plan else purchase_model() if by_model else ""
            signals = key_of(data.orders) if by_signals else ()
            try:
                return cached((data.orders.digest, plan, signals, *hashed), _arguments=bound)
            except ConnectionEndedError:
                st.rerun()  # the page then says that the orders are gone

        return cast("Callable[Concatenate[Data, Settings], Result]", from_cache)

    return decorate


def empty_caches() -> None:
    """Let go of everything that was computed from the session's data."""
    for cache in _CACHES.values():
        cache.clear()
