"""Encodings that are told by the bytes of a text."""

import pytest

from retention.sheets.legacy_encodings import legacy_encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Végösszeg;Vevő neve;Kézbesítve", "cp1250"),
        ("Čaká na úhradu;Zrušená;Odoslaná;Vrátená", "cp1250"),
        ("În aşteptare;Anulată;Plată eşuată;Livrată", "cp1250"),
        ("Płatność;wysłane;zwrócone", "cp1250"),
        ("Číslo;Částka;Opravný daňový doklad", "cp1250"),
        ("Příjmení;Zrušeno;Vyřízená", "cp1250"),
        ("入金済;配送済;未入金;注文番号", "cp932"),
        ("2025年02月03日 09時00分;受注;完了;1,200円", "cp932"),
        ("주문번호;배송완료;취소", "cp949"),
        ("订单编号;已完成;已关闭", "gb18030"),
        ("Новый;Отменён;Выполнен;Возвращён", "cp1251"),
        ("Документ;Сумма\nЧек 1;1\xa0250,00 2\xa0100,00 3\xa0000,00 4\xa0500,00", "cp1251"),
        ("Wartość netto;Faktura sprzedaży;Faktura sprzedaży;Faktura sprzedaży", "cp1250"),
        ("Sipariş Tarihi;Üye Adı;İptal Edildi;Ödeme Başarısız", "cp1254"),
    ],
)
def test_the_letters_of_a_language_tell_its_encoding(text, encoding):
    assert legacy_encoding(text.encode(encoding)) == encoding


@pytest.mark.parametrize(
    "text",
    [
        "Situação;Não pago;Informações;Botões",
        "Men’s shirt;Women’s",
        "café ‘quoted’ – dash “Blue”",
        "Genève;Tomáš;très;père;mère;frère;même",
        "Größe;Übergabe;Stück",
        "København;Århus;grøn",
        "Põhja;Jõgi;müük",
        "Viðskiptavinur;Greiðsla;þrjú;maí;Gíslason",
        "août;déjà;coûte",
    ],
)
def test_text_of_western_europe_is_none_of_them(text):
    assert legacy_encoding(text.encode("cp1252")) is None
