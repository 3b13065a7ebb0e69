"""Encodings of East Asia, Cyrillic, Turkish and Central Europe, told by the bytes of a text."""

import re

# Words of letters, among them bytes beyond ASCII.
# A blank that does not break stands between the digits of amounts and in no word.
_WORD = re.compile(rb"[A-Za-z\x80-\x9f\xa1-\xff]*[\x80-\x9f\xa1-\xff][A-Za-z\x80-\x9f\xa1-\xff]*")
# What Polish and Czech letters are in Windows-1250; in Windows-1252 these are signs or rare.
_POLISH = re.compile(rb"[A-Za-z][\x9c\x9f\xb3\xb9\xbf]|[\x9c\x9f\xb3\xb9\xbf][a-z]")
_CZECH_CARONS, _CZECH_VOWELS = re.compile(rb"[\x9a\x9d\x9e]"), re.compile(rb"[\xec\xf8\xf9]")
# Slovak has other letters beside the same carons; Hungarian and Romanian have none of these.
_SLOVAK = re.compile(rb"[\xbe\xc8\xcf\xd2\xe8\xef\xf2]")
# Languages with these letters have no grave accents, which the Slovak ones would be.
_HAVE_ACUTES = frozenset(b"\xe1\xfd")
# The long o of Hungarian, which stands for another letter in Portuguese (before an e) and Estonian.
_HUNGARIAN = re.compile(rb"\xf5(?!e)")
_HUNGARIAN_VOWELS, _PORTUGUESE = re.compile(rb"[\xe1\xe9]"), re.compile(rb"[\xe3\xe7\xea]|\xf5e")
_ROMANIAN = re.compile(rb"\xfe[a-z\xe3\xee]|[a-z\xe3\xee]\xfe|\xba[a-z]")
# The letters that Windows-1254 has for Turkish, and all that Turkish words have beyond ASCII.
_TURKISH_ALONE = frozenset(b"\xd0\xdd\xde\xf0\xfd\xfe")
_TURKISH = _TURKISH_ALONE | frozenset(b"\xc2\xc7\xd6\xdc\xe2\xe7\xee\xf6\xfb\xfc")
# Chinese characters and kana that do not touch Latin letters, as quotes of Windows-1252 would.
_APART = re.compile(r"(?<![A-Za-z])[\u4e00-\u9fff\u3041-\u30fe]+(?![A-Za-z])")
#: At least this share of the letters beyond ASCII must be usual ones of the language.
ALL_BUT_FEW, MOST, HALF, A_PART = 0.98, 0.9, 0.5, 0.1


def legacy_encoding(text: bytes) -> str | None:
    """Return the encoding of text that is no UTF-8, where its bytes tell it.

    Args:
        text: Lines of a file with bytes beyond ASCII.

    Returns:
        The name of a Python codec; None for text of Western Europe or in Thai.
    """
    return _east_asian(text) or _cyrillic(text) or _turkish(text) or _central_european(text)


def _east_asian(text: bytes) -> str | None:
    korean = _beyond_ascii(text, "cp949")
    # The usual syllables stand in these rows; other bytes are syllables that hardly occur.
    usual = [c for c in korean if 0xB0 <= _lead_byte(c, "cp949") <= 0xC8 and _is_usual_korean(c)]
    if korean and len(usual) >= MOST * len(korean):
        return "cp949"
    japanese = _beyond_ascii(text, "cp932")
    if _share(japanese, "\u3041", "\u30fe") >= A_PART > _share(japanese, "\uff61", "\uff9f"):
        return "cp932"
    chinese = _beyond_ascii(text, "gb18030")
    # The usual characters stand in the first rows of the code.
    usual = [c for c in chinese if 0xB0 <= _lead_byte(c, "gb2312") <= 0xD7]
    if chinese and len(usual) >= HALF * len(chinese):
        return "gb18030"
    taiwanese = _beyond_ascii(text, "big5")
    usual = [c for c in taiwanese if 0xA4 <= _lead_byte(c, "big5") <= 0xC6]
    if taiwanese and len(usual) >= MOST * len(taiwanese):
        return "big5"
    return "cp932" if _is_japanese_without_kana(japanese, text) else None


def _is_usual_korean(letter: str) -> bool:
    """Return whether no byte of a syllable could be a Latin letter: rare ones have such a byte."""
    return min(letter.encode("cp949")) >= 0xA1


def _is_japanese_without_kana(letters: str, text: bytes) -> bool:
    """Return whether text holds words of the usual Japanese characters."""
    usual = [c for c in letters if 0x82 <= _lead_byte(c, "cp932") <= 0x97]
    if not letters or len(usual) < MOST * len(letters):
        return False
    apart = sum(map(len, _APART.findall(text.decode("cp932"))))
    return apart >= MOST * len(letters)


def _beyond_ascii(text: bytes, encoding: str) -> str:
    """Return the letters beyond ASCII; none where the bytes are no text in the encoding."""
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return "".join(letter for letter in decoded if not letter.isascii() and letter.isalnum())


def _share(letters: str, first: str, last: str) -> float:
    return sum(first <= c <= last for c in letters) / len(letters) if letters else 0.0


def _lead_byte(letter: str, encoding: str) -> int:
    return letter.encode(encoding, "ignore")[:1].ljust(1, b"\0")[0]


def _cyrillic(text: bytes) -> str | None:
    """Words are of high bytes alone, most of them small letters; Thai has few in that range."""
    words = _WORD.findall(text)
    whole = [word for word in words if len(word) > 2 and min(word) >= 0x80]
    letters = b"".join(whole)
    small = sum(byte >= 0xE0 for byte in letters)
    is_cyrillic = len(whole) >= HALF * len(words) and small >= 0.6 * len(letters)
    return "cp1251" if letters and is_cyrillic else None


def _turkish(text: bytes) -> str | None:
    """Letters are those of Turkish alone; Icelandic and Czech have vowels with accents beside."""
    letters = [byte for byte in text if byte >= 0xC0]
    own = [byte for byte in letters if byte in _TURKISH_ALONE]
    are_all = len([byte for byte in letters if byte in _TURKISH]) >= ALL_BUT_FEW * len(letters)
    return "cp1254" if are_all and len(set(own)) > 1 and len(own) >= 0.2 * len(letters) else None


def _central_european(text: bytes) -> str | None:
    high = sum(byte >= 0x80 for byte in text)
    is_polish = len(_POLISH.findall(text)) >= 0.2 * high
    is_czech = bool(_CZECH_CARONS.search(text) and _CZECH_VOWELS.search(text))
    # Danish and Norwegian write the one of the two letters, and never the other.
    is_czech = is_czech or bool(b"\xf8" in text and re.search(rb"[\xc8\xe8\xec]", text))
    carons, slovak = len(_CZECH_CARONS.findall(text)), len(_SLOVAK.findall(text))
    is_slovak = slovak > 0 and (carons >= HALF * slovak or _HAVE_ACUTES.issubset(text))
    is_others = _is_hungarian(text) or (b"\xe3" in text and bool(_ROMANIAN.search(text)))
    return "cp1250" if is_polish or is_czech or is_slovak or is_others else None


def _is_hungarian(text: bytes) -> bool:
    has_vowels = bool(_HUNGARIAN_VOWELS.search(text))
    return has_vowels and bool(_HUNGARIAN.search(text)) and not _PORTUGUESE.search(text)
