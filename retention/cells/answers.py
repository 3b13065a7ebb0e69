"""Yes and no, as columns of two answers write them."""

#: In lower case.
YES = frozenset(
    {"yes", "y", "true", "t", "1", "1.0", "on", "x", "ja", "j", "si", "sí", "oui", "sim", "oo"}
    | {"opo", "ใช่", "tak", "ano", "áno", "igen", "da", "да", "так", "evet", "ya", "có", "kyllä"}
    | {"ναι", "כן", "हाँ", "بله", "نعم", "是", "はい", "예", "네", "taip", "jah", "✓", "✔"}
)
#: In lower case.
NO = frozenset(
    {"no", "n", "false", "f", "0", "0.0", "off", "nein", "non", "não", "nao", "hindi", "ไม่", "ไม่ใช่"}
    | {"nie", "ne", "nem", "nu", "нет", "не", "ні", "hayır", "tidak", "không", "ei", "nej", "nei"}
    | {"όχι", "οχι", "לא", "नहीं", "خیر", "لا", "否", "いいえ", "아니오", "아니요", "nee"}
)
