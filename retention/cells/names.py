"""Column names and statuses, made plain so that they can be compared."""

import re
import unicodedata

_ACCENTS = r"[\u0300-\u036f]"


def without_accents(text: str) -> str:
    """Return a text without accents, its other letters in their usual form.

    >>> without_accents("Währung"), without_accents("новый") == "новыи"
    ('Wahrung', True)
    """
    letters = re.sub(_ACCENTS, "", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", letters)


def plain_name(name: str) -> str:
    """Return a column name without case, accents, punctuation and glued words, for comparing.

    >>> plain_name("CustomerID"), plain_name("Order_Total (inc. tax)"), plain_name("Währung")
    ('customer id', 'order total inc tax', 'wahrung')
    """
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", without_accents(name)).lower()
    return re.sub(r"[\s_\-./\\()\[\]#:*'\"&,%?]+", " ", text).strip()
