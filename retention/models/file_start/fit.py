"""Find out whether a file begins in the middle of the shop's life, and fit the models by that.

An export of the last year holds customers who came long before. They look new on their first order
in the file, and a plain model takes them for such: they buy often and seem never to leave. Two
things tell such a file. More customers than later are first seen on its first days. And these
customers go on as those would who came before, which the likelihood of their histories says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from retention.display import displayed
from retention.models.file_start.elders import STEEPEST, Elders
from retention.models.file_start.likelihood import Likelihood
from retention.models.fitting import log_covariance, on_one_thread
from retention.models.histories import Histories
from retention.models.purchases import PARAMETERS, PurchaseModel
from retention.wording import count, percent, plural

#: How much likelier the histories must be with elders than without, as a logarithm.
LEAST_EVIDENCE = 4.0
#: Customers a day at the file's start, by those a day soon after, from which elders may be there.
LEAST_EXCESS = 1.1
#: The share of customers first seen in the second half of a file, and at that pace in its last
#: quarter, from which the shop has new ones. With fewer they were won in one go, or are a panel.
LEAST_NEW = 0.04
#: Days and customers of a file that show whether more customers are first seen on its first days.
LEAST_DAYS, LEAST_CUSTOMERS = 90, 100

#: Customers that lead near the fit, in a larger store.
SAMPLED_CUSTOMERS = 5_000

_EARLY_DAYS = 30
_AGES = (30.0, 100.0, 365.0, 1000.0)  # of the shop at the file's start, in days, to start from
_HESSIAN_STEP = 0.02 * 2**0.5  # of slopes, in logs: as wide as that of values at 0.02
_STEPS, _HALVINGS, _NOTHING = 8, 6, 0.02
_OLDEST = 3650.0  # days: a shop that is older than this has not had as many new ones all the time
_FARTHEST = 15.0  # log parameters
_LEAVING = 0.05  # the least a and b to start from


@displayed
@dataclass(frozen=True, slots=True)
class FileStart:
    """Whether a file begins in the middle of the shop's life.

    Attributes:
        older: How many customers of the file probably came before it; 0 where none did.
        customers: How many customers there are.
        half_by: Days from the file's first day within which half of them were first seen.
        before: For how many days the shop seems to have had new customers when the file began.
        evidence: How much likelier the histories are with such customers, as a logarithm.
    """

    older: int = 0
    customers: int = 0
    half_by: int = 0
    before: float = 0.0
    evidence: float = 0.0

    @property
    def in_mid_life(self) -> bool:
        """Whether the file begins in the middle of the shop's life."""
        return self.older > 0

    @property
    def share(self) -> float:
        """The share of the customers who came before the file."""
        return self.older / max(self.customers, 1)

    @property
    def in_words(self) -> str:
        """What was found, in one sentence or two."""
        if not self.in_mid_life:
            return "Nothing shows that customers of this file came before it."
        return (
            f"This file begins in the middle of the shop's life: {count(self.older)} of its "
            f"{plural(self.customers, 'customer')} ({percent(self.share, 0)}) were probably "
            "customers before. Half of those were first seen in its first "
            f"{count(self.half_by)} days."
        )


#: A file that begins with the shop, as far as can be told.
FROM_THE_FIRST_DAY = FileStart()


def fit_file_start(histories: Histories, plain: PurchaseModel) -> tuple[FileStart, PurchaseModel]:
    """Look for customers who came before the file, and fit the model with them if there are any.

    Args:
        histories: Grouped customers, whose histories end on one day.
        plain: The purchase model fitted to them as if all were new.

    Returns:
        What was found and the model. The model is `plain` itself where nothing was.

    Source: the likelihood is that of Fader, Hardie and Lee (2005), or of Batislam et al. (2007).
    Here it is one of a mixture of new customers and survivors of a stationary store, given the
    first day of each customer. How many customers are new on which day has no part in it.
    """
    ready = plain.a < STEEPEST and _more_at_first(histories)
    if not ready:
        return FROM_THE_FIRST_DAY, plain
    sampled = _sample(histories)
    sample = Likelihood.of(sampled, plain)
    point = np.log([plain.r, plain.alpha, plain.a, plain.b])
    # Not the maximum, which asks for a fit: but no less than nothing where elders are many.
    rough = [sample.value(np.append(point, np.log(age))) for age in _AGES]
    best = int(np.argmax(rough))
    if rough[best] - sample.of_new(point) < LEAST_EVIDENCE / 4:
        return FROM_THE_FIRST_DAY, plain
    likelihood = sample if sampled is histories else Likelihood.of(histories, plain)
    model = _fitted(likelihood, sample, np.append(point, np.log(_AGES[best])), plain)
    evidence = model.log_likelihood - likelihood.of_new(point)
    if evidence < LEAST_EVIDENCE:
        return FROM_THE_FIRST_DAY, plain
    return _described(histories, model, evidence), model


def fit_alike(histories: Histories, other: PurchaseModel, plain: PurchaseModel) -> PurchaseModel:
    """Fit a model of another kind to customers some of whom came before the file.

    Args:
        histories: Grouped customers.
        other: The model that found them.
        plain: The model of the other kind, fitted as if all were new.

    Returns:
        `plain` where `other` has found nobody.
    """
    if other.elders is None or plain.a >= STEEPEST:
        return plain
    point = np.log([plain.r, plain.alpha, plain.a, plain.b, other.elders.before])
    sampled = _sample(histories)
    sample = Likelihood.of(sampled, plain)
    likelihood = sample if sampled is histories else Likelihood.of(histories, plain)
    return _fitted(likelihood, sample, point, plain)


def _sample(histories: Histories) -> Histories:
    """Customers drawn from the histories; all of them in a small store."""
    counts = histories.counts
    if counts.sum() <= SAMPLED_CUSTOMERS:
        return histories
    # The same ones every time, so that a number does not change without a cause.
    drawn = np.random.default_rng(1).multinomial(SAMPLED_CUSTOMERS, counts / counts.sum())
    # The oldest customer stays: by that one the file's first day is known.
    drawn[np.argmax(histories.T)] += 1
    rows = np.flatnonzero(drawn)
    return Histories(
        frequency=histories.frequency[rows],
        recency=histories.recency[rows],
        T=histories.T[rows],
        counts=drawn[rows],
        codes=np.arange(len(rows)),
    )


def _more_at_first(histories: Histories) -> bool:
    """Whether more customers a day are first seen at the file's start than soon after.

    There is nothing to compare with where all customers were won in one go.
    """
    length = int(histories.T.max())
    if length < LEAST_DAYS or histories.counts.sum() < LEAST_CUSTOMERS:
        return False
    first = np.bincount((length - histories.T).astype(np.int64), histories.counts)
    new_later = [first[length // 2 :].sum(), 2 * first[3 * length // 4 :].sum()]
    if min(new_later) < LEAST_NEW * first.sum():
        return False
    span = min(_EARLY_DAYS, length // 12)
    later = first[2 * span : 5 * span].mean()
    return bool(first[:span].mean() > LEAST_EXCESS * later > 0)


def _fitted(
    likelihood: Likelihood, sample: Likelihood, start: np.ndarray, plain: PurchaseModel
) -> PurchaseModel:
    """The model of the highest likelihood with elders; a sample of them leads near it."""
    from scipy.optimize import minimize  # loads 0.1 s of optimisers

    edge = np.full(5, _FARTHEST)
    edge[[2, 4]] = np.log([STEEPEST, _OLDEST])
    # From where nobody leaves the likelihood is flat.
    start = np.maximum(start, [-_FARTHEST, -_FARTHEST, np.log(_LEAVING), np.log(_LEAVING), 0.0])
    with on_one_thread():
        nearby = minimize(
            sample.loss_and_slope,
            np.clip(start, -edge, edge),
            jac=True,
            method="L-BFGS-B",
            bounds=list(zip(-edge, edge, strict=True)),
            options={"gtol": 1e-5, "ftol": 1e-10, "maxiter": 200},
        )
    point, customers = nearby.x, float(likelihood.counts.sum())
    # The sample's curvature is near enough for the steps that are left, and for the errors.
    whole = np.array(log_covariance(_hessian(sample, point), customers))
    if sample is not likelihood:
        point = _polished(likelihood, point, whole * customers, edge)
    r, alpha, a, b, before = np.exp(point).tolist()
    covariance = whole[:4, :4]
    errors = np.sqrt(np.diag(covariance)).tolist()
    return replace(
        plain,
        **dict(zip(PARAMETERS, (r, alpha, a, b), strict=True)),
        log_likelihood=likelihood.value(point),
        relative_errors=(errors[0], errors[1], errors[2], errors[3]),
        covariance=tuple(map(tuple, covariance.tolist())),
        elders=Elders(length=likelihood.days, before=before),
    )


def _polished(
    likelihood: Likelihood, point: np.ndarray, inverse: np.ndarray, edge: np.ndarray
) -> np.ndarray:
    """The end of a few steps of Newton's method, with a curvature that is near enough."""
    for _ in range(_STEPS):
        loss, slope = likelihood.loss_and_slope(point)
        step = -inverse @ slope
        # The gain that is left, for all customers together, is as good as nothing.
        if likelihood.counts.sum() * -(step @ slope) < _NOTHING:
            break
        for _ in range(_HALVINGS):
            ahead = np.clip(point + step, -edge, edge)
            if likelihood.loss(ahead) < loss:
                break
            step = step / 4
        else:
            break
        point = ahead
    return point


def _hessian(likelihood: Likelihood, point: np.ndarray) -> np.ndarray:
    """The second derivatives of the loss at a point, by central differences of its slope."""
    slopes = [
        [likelihood.loss_and_slope(point + way * step)[1] for way in (1, -1)]
        for step in np.eye(len(point)) * _HESSIAN_STEP
    ]
    hessian = np.array([more - less for more, less in slopes]) / (2 * _HESSIAN_STEP)
    return np.asarray((hessian + hessian.T) / 2)


def _described(histories: Histories, model: PurchaseModel, evidence: float) -> FileStart:
    """What the model with elders makes of the customers."""
    old = 1 - model.new_share(histories.frequency, histories.recency, histories.T)
    old *= histories.counts
    first = (histories.T.max() - histories.T).astype(np.int64)
    seen = np.cumsum(np.bincount(first, old))
    return FileStart(
        older=round(seen[-1]),
        customers=int(histories.counts.sum()),
        half_by=int(np.searchsorted(seen, seen[-1] / 2)) + 1,
        before=model.survivors.before,
        evidence=evidence,
    )
