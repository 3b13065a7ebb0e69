"""Answers and statuses in words, as tools write them in several languages."""

from __future__ import annotations

import re

from retention.cells.answers import NO, YES
from retention.cells.dates import looks_like_date
from retention.cells.names import plain_name

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_STARS, _EMPTY_STARS = "★⭐", "☆"
#: Satisfaction in words, of 5.
_SATISFACTION = {
    5: "very satisfied|extremely satisfied|very happy|excellent|great|very good|sehr zufrieden"
    "|sehr gut|tres satisfait|tres bien|excelente|muy satisfecho|muito satisfeito|ottimo"
    "|molto soddisfatto|zeer tevreden|bardzo zadowolony|พอใจมาก",
    4: "satisfied|somewhat satisfied|happy|good|positive|thumbs up|zufrieden|gut|satisfait|bien|bon"
    "|satisfecho|bueno|satisfeito|bom|soddisfatto|buono|tevreden|goed|zadowolony|nojd|พอใจ|ดี",
    3: "neutral|neither satisfied nor dissatisfied|okay|ok|average|mittel|teils teils|neutre|moyen"
    "|regular|neutro|medio|neutraal|เฉยๆ",
    2: "dissatisfied|somewhat dissatisfied|unsatisfied|unhappy|bad|poor|negative|thumbs down"
    "|unzufrieden|schlecht|insatisfait|mauvais|insatisfecho|malo|insatisfeito|ruim|insoddisfatto"
    "|ontevreden|slecht|niezadowolony|missnojd|ไม่พอใจ|แย่",
    1: "very dissatisfied|extremely dissatisfied|very unhappy|terrible|awful|very bad|very poor"
    "|sehr unzufrieden|sehr schlecht|tres insatisfait|muy insatisfecho|muito insatisfeito|pessimo"
    "|molto insoddisfatto|zeer ontevreden|bardzo niezadowolony|ไม่พอใจมาก",
}
_SATISFIED = {
    plain_name(word): float(score)
    for score, words in _SATISFACTION.items()
    for word in words.split("|")
}
#: What a subscription's status means.
_SUBSCRIPTIONS = {
    "active": "active|activated|running|live|ongoing|trial|trialing|in trial|past due|unpaid"
    "|skipped|renewing|non renewing|subscribed|aktiv|laufend|actif|active|activo|activa|attivo"
    "|attiva|ativo|ativa|actief|aktywny|aktywna|aktivni|ใช้งาน|有効|活跃|активна",
    "paused": "paused|pause|on hold|hold|frozen|suspended|pausiert|en pause|pausado|pausada"
    "|in pausa|gepauzeerd|wstrzymana|หยุดชั่วคราว|一時停止|暂停",
    "cancelled": "cancelled|canceled|cancelled by customer|expired|ended|inactive|finished"
    "|completed|churned|stopped|deleted|terminated|incomplete expired|gekundigt|storniert|beendet"
    "|inaktiv|annule|resilie|inactif|cancelado|cancelada|inactivo|annullato|annullata|cancellato"
    "|disdetta|scaduto|geannuleerd|opgezegd|inactief|anulowana|ยกเลิก|解約|取消|отменена",
}
_STATUSES = {
    plain_name(word): status
    for status, words in _SUBSCRIPTIONS.items()
    for word in words.split("|")
}
#: A column with one of these in its name holds refusals: yes there means no.
_REFUSAL = re.compile(
    r"unsub|opted? out|suppress|abgemeldet|desabonn|desinscri|baja|disiscri|uitgeschreven|wypisa"
    r"|descadastr|ยกเลิก|bounce|reason|blocked"
)
_GONE = re.compile(
    r"unsub|not subscribed|opted? out|opt out|suppress|bounce|spam|complain|clean|invalid|revoked"
    r"|withdrawn|abgemeldet|desabonn|desinscri|wypisa"
)
#: A consent that nobody gave or refused.
_NEVER = re.compile(r"never|pending|unconfirmed|unknown|transactional|double opt in sent|\bnone\b")
_GIVEN = re.compile(r"subscri|opted in|opt in|confirmed|granted|active|abonn|angemeldet|inscrit")
_PAID = re.compile(r"recover|completed|paid|converted|purchased|ordered|bezahlt|paye|pagado")
_UNPAID = re.compile(r"\b(?:not|un|non|no|in|never)\b|unrecover|unpaid|incomplete|abandon|open")


def score_of(text: str) -> float | None:
    """Return the number of a score: 9, "4,5", "4/5", "10 - very likely" or filled stars.

    Args:
        text: A cell.

    Returns:
        The number; None where there is none.

    >>> score_of("4,5 / 5"), score_of("★★★☆☆"), score_of("Rated 4 stars"), score_of("n/a")
    (4.5, 3.0, 4.0, None)
    """
    stars = sum(text.count(star) for star in _STARS)
    if stars or _EMPTY_STARS in text:
        return float(stars)
    number = _NUMBER.search(text)
    # A day is no score.
    if number is None or looks_like_date(text):
        return None
    return float(number[0].replace(",", "."))


def satisfaction_of(text: str) -> float | None:
    """Return a satisfaction as a number: the score, or words as a score of 5.

    Args:
        text: A cell.

    Returns:
        The number; None where neither is there.

    >>> satisfaction_of("Very satisfied"), satisfaction_of("Bad"), satisfaction_of("3")
    (5.0, 2.0, 3.0)
    """
    said = _SATISFIED.get(plain_name(text))
    return score_of(text) if said is None else said


def subscription_status(text: str) -> str | None:
    """Return what a subscription's status means.

    Args:
        text: A cell.

    Returns:
        "active", "paused" or "cancelled"; None for other words.

    >>> subscription_status("ACTIVE"), subscription_status("past_due"), subscription_status("?")
    ('active', 'active', None)
    """
    status = _STATUSES.get(plain_name(text))
    if status is not None:
        return status
    answer = text.strip().lower()
    return "active" if answer in YES else "cancelled" if answer in NO else None


def holds_refusals(column: str) -> bool:
    """Return whether a column of consent holds refusals, so that yes there means no.

    Args:
        column: The column's name.

    >>> holds_refusals("UNSUB_TIME"), holds_refusals("Email Marketing Consent")
    (True, False)
    """
    return bool(_REFUSAL.search(plain_name(column)))


def email_consent(text: str, *, refusals: bool) -> bool | None:
    """Return whether a cell says that the customer may be sent e-mails.

    Args:
        text: A cell that is not blank.
        refusals: Whether the column holds refusals: a day, a reason or a yes there mean no.

    Returns:
        True or False; None where it does not say.

    >>> email_consent("2024-03-01 10:00", refusals=True), email_consent("no", refusals=True)
    (False, None)
    >>> [email_consent(text, refusals=False) for text in ("SUBSCRIBED", "NEVER_SUBSCRIBED")]
    [True, None]
    """
    answer, name = text.strip().lower(), plain_name(text)
    if refusals:
        # Who did not unsubscribe has not said yes by that.
        is_blank = answer in NO or answer in ("[]", "{}", "-", "null", "none", "n/a")
        return None if is_blank or _NEVER.search(name) else False
    if answer in YES:
        return True
    if answer in NO or _GONE.search(name):
        return False
    if _NEVER.search(name):
        return None
    return True if _GIVEN.search(name) else None


def is_recovered(text: str) -> bool:
    """Return whether a cell says that the cart was paid in the end.

    Args:
        text: A cell that is not blank.

    >>> is_recovered("Recovered"), is_recovered("Not Recovered"), is_recovered("2024-03-01 10:00")
    (True, False, True)
    """
    answer, name = text.strip().lower(), plain_name(text)
    if answer in YES:
        return True
    if answer in NO or _UNPAID.search(name):
        return False
    return bool(_PAID.search(name)) or looks_like_date(text)
