"""Results that are computed once a session and data set."""

import inspect
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import streamlit as st

from retention import notation
from retention.errors import NoRoomError
from retention.orders.orders import Orders
from retention.view import faults
from retention.view.session.choices import purchase_model, standard_plan
from retention.view.session.engine_link import ConnectionEndedError
from retention.view.session.signal_files import key_of

_LOG = logging.getLogger(__name__)
Settings = ParamSpec("Settings")
Result = TypeVar("Result")


class HasOrders(Protocol):
    """Anything that says which orders it was made of."""

    @property
    def orders(self) -> Orders:
        """The orders, whose digest is a part of every key."""


Data = TypeVar("Data", bound=HasOrders)

#: Results of samples that are kept at once, of one function for all sessions.
SHARED_ENTRIES = 12
#: Every cache by the name of its function: a module that is loaded again replaces its own.
_CACHES: dict[str, Any] = {}
#: Data that no visitor brought and all sessions work on: the samples. They are told by identity,
#: so that a file with the same content, or a changed copy, is a visitor's own.
_SHARED: list[object] = []


def kept(
    *,
    max_entries: int,
    spinner: str | bool = False,
    by_model: bool = False,
    by_signals: bool = False,
    by_plan: bool = False,
    by_orders_alone: bool = False,
    on_release: Callable[[Any], None] | None = None,
) -> Callable[
    [Callable[Concatenate[Data, Settings], Result]], Callable[Concatenate[Data, Settings], Result]
]:
    """Keep what a function makes of the loaded data, private to the session.

    The function takes the data first and settings after it. Its key is the digest of the orders,
    their engine, whose tables a result may hold, the settings, and the notation of numbers, because
    results may hold texts. Frames are never part of a key, because Streamlit hashes a sample of
    large ones. A setting whose name begins with an underscore is passed on and left out of the key.
    Results are shared and not copied: a caller that changes one makes its own copy.

    Args:
        max_entries: Results that are kept at once, for different settings.
        spinner: What is shown meanwhile; False where it takes no time worth a word.
        by_model: Whether the session's purchase model is a part of the key.
        by_signals: Whether the files of signals that were added are a part of the key.
        by_plan: Whether all that the store settings say of a forecast is a part of it: the purchase
            model, the margin and the discount rate.
        by_orders_alone: Whether the result follows from the data and the settings of the key, and
            from nothing else that a session holds. The results of samples are then made once a
            server, for all sessions.
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
        of_samples = _shared_cache(result, spinner) if by_orders_alone else cached

        @wraps(compute)
        def from_cache(data: Data, *args: Settings.args, **kwargs: Settings.kwargs) -> Result:
            bound = signature.bind(data, *args, **kwargs)
            bound.apply_defaults()
            _, *settings = bound.arguments.items()
            hashed = tuple(value for name, value in settings if not name.startswith("_"))
            plan = standard_plan() if by_plan else purchase_model() if by_model else ""
            signals = key_of(data.orders) if by_signals else ()
            # What a visitor's files say of a sample's customers is that visitor's own.
            cache = of_samples if _is_shared(data) and not signals else cached
            orders = data.orders
            try:
                return cache(
                    (orders.digest, orders.engine, notation.language(), plan, signals, *hashed),
                    _arguments=bound,
                )
            except ConnectionEndedError:
                st.rerun()  # the page then says that the orders are gone
            except (NoRoomError, MemoryError) as error:
                _LOG.warning("Memory or room on the disk is lacking.", exc_info=error)
                faults.say_lack(error)
                st.stop()

        return cast("Callable[Concatenate[Data, Settings], Result]", from_cache)

    return decorate


def share_results_of(data: object) -> None:
    """Let all sessions share what follows from this data alone. It may hold nothing of a visitor's.

    Args:
        data: A sample. Nothing may change it from now on.
    """
    _SHARED.append(data)


def _is_shared(data: object) -> bool:
    return any(data is sample for sample in _SHARED)


def _shared_cache(result: Callable[..., Result], spinner: str | bool) -> Callable[..., Result]:
    """Return a cache of a function's results that all sessions see."""

    def of_sample(key: tuple[object, ...], *, _arguments: inspect.BoundArguments) -> Result:
        return result(key, _arguments=_arguments)

    of_sample.__module__, of_sample.__qualname__ = result.__module__, f"{result.__qualname__} (all)"
    return st.cache_resource(max_entries=SHARED_ENTRIES, show_spinner=spinner)(of_sample)


def empty_caches() -> None:
    """Let go of everything that was computed from the session's data."""
    for cache in _CACHES.values():
        cache.clear()
