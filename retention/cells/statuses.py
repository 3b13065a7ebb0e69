"""What an order status means for retention: an order, or one of the things that are not."""

import re
import unicodedata
from enum import StrEnum

from retention.cells.names import plain_name


class State(StrEnum):
    """What became of an order, or what a row is instead of an order."""

    ORDER = "order"
    CANCELLED = "cancelled"
    FAILED = "failed"
    PENDING = "pending"
    # A cart or a checkout that was left. It is no order, but it says something of its customer.
    ABANDONED = "abandoned"
    REFUNDED = "refunded"  # an order whose money went back
    REFUND = "refund"  # a row that is itself the money going back


# Tried from top to bottom; words in English, German, Spanish, French (all
# without accents, as plain_name leaves them), Thai and Filipino.
_WORDS: tuple[tuple[State, str], ...] = (
    (
        State.ORDER,
        r"not cancel|not void|cancell?ation (?:request|declin|reject)"
        r"|partial\w* (?:refund|return|cancel|paid)|partly (?:refund|return)"
        r"|(?:refund|return)\w* (?:in part|part(?:ial|ly))"
        r"|refund (?:request|pending|declin|reject)|คืนเงินบางส่วน"
        r"|teil\w* ?(?:\w*erstatt|retour|storn)|(?:erstatt|retour)\w* teilw|parcial|partiel"
        r"|erstattung (?:angefordert|beantragt|ausstehend|offen|abgelehnt)"
        r"|reembolso (?:solicitad|pendiente|rechazad)|remboursement (?:demand|en attente|refus)",
    ),
    (
        State.ORDER,
        r"(?:pending|awaiting|waiting for) (?:fulfil|ship|pick|deliver|dispatch|collect)"
        r"|รอจัดส่ง|ที่ต้องจัดส่ง|(?:versand|lieferung|abholung) (?:ausstehend|offen)"
        r"|pendiente de (?:envio|entrega|recogida)"
        r"|en attente d(?:e|u)? ?(?:expedition|livraison|envoi|retrait|preparation)",
    ),
    (State.ABANDONED, r"abandon|checkout draft|ละทิ้ง"),
    (
        State.CANCELLED,
        r"cancel|void|annul|ยกเลิก|kinansela|kanselado|storn|anulad|anulow|anulat|отмен"
        r"|скасован|batal|\bhuy\b|avbru"
        r"|avbest|iptal|zrus|peruutet|取消|キャンセル|취소",
    ),
    (
        State.FAILED,
        r"fail|declin|denied|reject|fraud|expired|error|uncaptured|ไม่สำเร็จ|ล้มเหลว|nabigo|bigo"
        r"|fehlgeschlagen|abgelehnt|fallid|rechazad|echou|refus",
    ),
    (
        State.PENDING,
        r"pending|on ?hold|holded|awaiting payment|unpaid|not paid|incomplete|draft"
        r"|requires|payment review"
        r"|รอชำระ|รอการชำระ|ยังไม่ชำระ|ค้างชำระ|ที่ต้องชำระ|nakabinbin|hindi (?:pa )?bayad"
        r"|ausstehend|unbezahlt|nicht bezahlt|\boffene?\b|pendiente|no pagad|sin pagar"
        r"|en attente|impaye|non paye"
        r"|nieoplacon|не оплачен|belum (?:di)?bayar|chua thanh toan|未付款|未払",
    ),
    (State.REFUND, r"^(?:refund|credit(?: note| memo)?|return|reversal)$"),
    (
        State.REFUNDED,
        r"refunded|returned|charge ?back|charged back|reversed|คืนเงิน|คืนสินค้า|ibinalik"
        r"|erstattet|retourniert|reembolsad|rembours",
    ),
)

# plain_name decomposes Thai vowels; the words they are compared with must be decomposed alike.
_RULES = tuple((state, re.compile(unicodedata.normalize("NFKC", words))) for state, words in _WORDS)


def order_state(status: str) -> State:
    """Return what a status text means.

    >>> [order_state(s).value for s in ("PAID", "Canceled", "partially_refunded", "refunded")]
    ['order', 'cancelled', 'order', 'refunded']
    >>> [order_state(s).value for s in ("Refund", "on-hold")]
    ['refund', 'pending']
    >>> [order_state(s).value for s in ("Abandoned checkout", "checkout-draft", "Draft")]
    ['abandoned', 'abandoned', 'pending']
    """
    text = plain_name(status)
    return next((state for state, words in _RULES if words.search(text)), State.ORDER)


# What says that money was or will be earned. A status that says neither this nor anything above
# is not understood.
_ORDERED = re.compile(
    unicodedata.normalize(
        "NFKC",
        r"paid|complet|process|fulfil|ship|deliver|dispatch|received|success|succeed|captur"
        r"|settled|authori[sz]|closed|done|confirm|approved|accepted|active|open|new|placed"
        r"|ordered|order|sale|sold|invoice|purchase|charge|payment|pick|pack|ready|transit"
        r"|partial|refund|return|exchange|bezahlt|versand|versend|zugestellt|geliefert"
        r"|abgeschlossen|erledigt|neu|bestell|bestatigt|bearbeitung|erhalten|pagad|enviad"
        r"|entregad|complet|pedido|nuevo|procesa|recibid|paye|expedi|livre|termin|commande"
        r"|nouve|traite|valide|recu|ชำระ|สำเร็จ|จัดส่ง|ได้รับ|เสร็จ|บิล|ขาย|bayad|kumpleto"
        r"|naipadala|natanggap",
    )
)


_IN_PART = re.compile(
    unicodedata.normalize(
        "NFKC",
        r"part(?:ial\w*|ly) (?:refund|return)"
        r"|(?:refund|return)\w* (?:in part|part(?:ial|ly))|คืนเงินบางส่วน"
        r"|teil\w* ?(?:\w*erstatt|retour)|(?:erstatt|retour)\w* teilw|reembols\w* parcial"
        r"|parcial\w* reembols"
        r"|rembours\w* partiel|partiel\w* rembours",
    )
)


def is_refunded_in_part(status: str) -> bool:
    """Return whether a status says that a part of the money went back.

    >>> is_refunded_in_part("partially_refunded"), is_refunded_in_part("Teilerstattet")
    (True, True)
    >>> is_refunded_in_part("Refunded")
    False
    """
    return bool(_IN_PART.search(plain_name(status)))


def is_understood(status: str) -> bool:
    """Return whether a status is understood. One that is not counts as an order, with a note.

    >>> is_understood("Paid"), is_understood("annullata"), is_understood("xyz-3")
    (True, True, False)
    """
    text = plain_name(status)
    return bool(_ORDERED.search(text)) or any(words.search(text) for _, words in _RULES)
