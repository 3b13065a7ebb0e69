"""The likelihood of histories some of whose customers may have come before the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln

from retention.models.file_start.elders import Survivors
from retention.models.histories import Histories
from retention.models.purchases import PurchaseModel

_USUAL_AGE, _USUAL_SPREAD = np.log(1000.0), 1.0  # of the shop at the file's start, in log days


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The likelihood of histories, given the first day of each, with and without elders.

    Attributes:
        kind: "bg_nbd" or "mbg_nbd".
        days: The length of the file in days.
        length: The same on the clock.
        frequency: Repeat purchases of each history.
        recency: Time from its first to its last purchase.
        age: Time since its first purchase.
        counts: How many customers have it.
        bought: How many customers have bought 0, 1, 2, ... times again.
        pair: Its place among the distinct pairs of frequency and last day.
        pair_frequency: The frequency of each of these.
        pair_last: The time from the file's start to the last purchase of each.
        firsts: The distinct times from the file's start to the first purchase.
        first_counts: How many customers were first seen then.
    """

    kind: str
    days: float
    length: float
    frequency: np.ndarray
    recency: np.ndarray
    age: np.ndarray
    counts: np.ndarray
    bought: np.ndarray
    pair: np.ndarray
    pair_frequency: np.ndarray
    pair_last: np.ndarray
    firsts: np.ndarray
    first_counts: np.ndarray

    @classmethod
    def of(cls, histories: Histories, model: PurchaseModel) -> Likelihood:
        """Return the likelihood of histories, told by a model's clock.

        Args:
            histories: Grouped customers, whose histories end on one day.
            model: A purchase model; its kind and clock count.
        """
        recency, age = histories.recency.astype(float), histories.T.astype(float)
        silence = histories.T - histories.recency
        if model.clock is not None:
            recency, age = model.clock.recency(recency, age), model.clock.age(age)
        days, day = np.unique(silence, return_inverse=True)
        key = histories.frequency.astype(np.int64) * len(days) + day
        _, row, pair = np.unique(key, return_index=True, return_inverse=True)
        length = float(age.max())
        firsts, place = np.unique(length - age, return_inverse=True)
        return cls(
            kind=model.kind,
            days=float(histories.T.max()),
            length=length,
            frequency=histories.frequency.astype(float),
            recency=recency,
            age=age,
            counts=histories.counts.astype(float),
            bought=np.bincount(histories.frequency.astype(np.int64), histories.counts),
            pair=pair,
            pair_frequency=histories.frequency[row].astype(float),
            pair_last=np.clip(length - age[row] + recency[row], 0.0, length),
            firsts=firsts,
            first_counts=np.bincount(place, histories.counts),
        )

    def value(self, point: np.ndarray) -> float:
        """Return the log-likelihood of log(r, alpha, a, b, before).

        Args:
            point: These five.
        """
        survivors = self._survivors(point)
        old = np.logaddexp(
            survivors.log_active(self.pair_frequency),
            survivors.log_left(self.pair_frequency, self.pair_last),
        )
        r, alpha, a, b = np.exp(point[:4]).tolist()
        either = np.logaddexp(self._new(r, alpha, a, b), old[self.pair])
        seen = np.logaddexp(0.0, survivors.log_seen(self.firsts))
        return float(self.counts @ either - self.first_counts @ seen + self._shared(r, alpha))

    def value_and_slope(self, point: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the log-likelihood and its derivatives.

        Args:
            point: As for `value`.
        """
        survivors = self._survivors(point)
        r, alpha, a, b = np.exp(point[:4]).tolist()
        active = survivors.log_active_moved(self.pair_frequency)
        left = survivors.log_left_moved(self.pair_frequency, self.pair_last)
        seen = survivors.log_seen_moved(self.firsts)
        new, new_slopes = self._new(r, alpha, a, b), self._new_slopes(r, alpha, a, b)
        old = np.logaddexp(active[0], left[0])
        either = np.logaddexp(new, old[self.pair])
        value = self.counts @ either - self.first_counts @ np.logaddexp(0.0, seen[0])
        is_new, is_left = np.exp(new - either), np.exp(left[0] - old)
        are_old = np.bincount(self.pair, self.counts * (1 - is_new), minlength=len(old))
        slope = active[1:] @ (are_old * (1 - is_left)) + left[1:] @ (are_old * is_left)
        slope -= seen[1:] @ (self.first_counts * expit(seen[0]))
        slope[:4] += new_slopes @ (self.counts * is_new)
        slope += self._shared_slope(r, alpha)
        return float(value + self._shared(r, alpha)), slope

    def _survivors(self, point: np.ndarray) -> Survivors:
        r, alpha, a, b, before = np.exp(point).tolist()
        return Survivors(
            r=r,
            alpha=alpha,
            a=a,
            b=b,
            modified=int(self.kind == "mbg_nbd"),
            length=self.length,
            before=before,
        )

    def of_new(self, point: np.ndarray) -> float:
        """Return the log-likelihood of log(r, alpha, a, b), if nobody came before the file.

        Args:
            point: These four.
        """
        r, alpha, a, b = np.exp(point).tolist()
        return float(self.counts @ self._new(r, alpha, a, b) + self._shared(r, alpha))

    def loss(self, point: np.ndarray) -> float:
        """Return the negative logarithm of likelihood times prior, as a mean over the customers.

        The prior says how old shops are. A file of a few months hardly does.

        Args:
            point: As for `value`.
        """
        age = (point[-1] - _USUAL_AGE) / _USUAL_SPREAD
        return float(age**2 / 2 - self.value(point)) / float(self.counts.sum())

    def loss_and_slope(self, point: np.ndarray) -> tuple[float, np.ndarray]:
        """Return `loss` and its derivatives.

        Args:
            point: As for `value`.
        """
        value, slope = self.value_and_slope(point)
        age = (point[-1] - _USUAL_AGE) / _USUAL_SPREAD
        prior = np.array([0.0, 0.0, 0.0, 0.0, age / _USUAL_SPREAD])
        customers = float(self.counts.sum())
        return (age**2 / 2 - value) / customers, (prior - slope) / customers

    def _shared(self, r: float, alpha: float) -> float:
        """What both parts of the likelihood of a history leave out."""
        left_out = gammaln(r + np.arange(len(self.bought))) - gammaln(r) + r * np.log(alpha)
        return float(self.bought @ left_out)

    def _shared_slope(self, r: float, alpha: float) -> np.ndarray:
        bought = np.arange(len(self.bought))
        by_r = r * (digamma(r + bought) - digamma(r) + np.log(alpha))
        return np.array([self.bought @ by_r, r * self.bought.sum(), 0.0, 0.0, 0.0])

    def _new(self, r: float, alpha: float, a: float, b: float) -> np.ndarray:
        """New customers' log-likelihood of each history."""
        modified = int(self.kind == "mbg_nbd")
        x = np.arange(self.frequency.max() + 1)
        # BG/NBD leaves one-time buyers no chance to have left: theirs is no number in use.
        chances = b + np.maximum(x + modified - 1, 0.0)
        spared = betaln(a, b + x + modified) - betaln(a, b)
        shape, place = r + self.frequency, self.frequency.astype(int)
        active = spared[place] - shape * np.log(alpha + self.age)
        odds = np.log(a / chances)[place]
        odds = odds + shape * np.log1p((self.age - self.recency) / (alpha + self.recency))
        if not modified:
            odds = np.where(self.frequency > 0, odds, -np.inf)
        return np.asarray(active + np.logaddexp(0.0, odds))

    def _new_slopes(self, r: float, alpha: float, a: float, b: float) -> np.ndarray:
        """The derivatives of `_new` by log(r, alpha, a, b): a row each."""
        modified = int(self.kind == "mbg_nbd")
        x = np.arange(self.frequency.max() + 1)
        chances = b + np.maximum(x + modified - 1, 0.0)
        shape, place = r + self.frequency, self.frequency.astype(int)
        to_end, to_last = alpha + self.age, alpha + self.recency
        gap = np.log(to_end / to_last)
        left = expit(np.log(a / chances)[place] + shape * gap)
        if not modified:
            left = np.where(self.frequency > 0, left, 0.0)
        both = digamma(a + b) - digamma(a + b + x + modified)
        by_b = both + digamma(b + x + modified) - digamma(b)
        return np.stack(
            [
                r * (left * gap - np.log(to_end)),
                alpha * shape * (left * (1 / to_end - 1 / to_last) - 1 / to_end),
                a * both[place] + left,
                b * (by_b[place] - left / chances[place]),
            ]
        )
