"""Month names of the languages whose columns are read, through whole files."""

import re
from datetime import date

import pytest

from retention.cells.month_names import month_names, month_patterns
from tests.cells.whole_columns import date_column

#: The same three days, written in each way.
DAYS = [date(2024, 3, 12), date(2024, 8, 5), date(2023, 12, 31)]
WRITTEN = {
    "German": ("12. März 2024", "5. August 2024", "31. Dezember 2023"),
    "German, short": ("12. Mär. 2024", "5. Aug. 2024", "31. Dez. 2023"),
    "German, short without points": ("12 Mrz 2024", "5 Aug 2024", "31 Dez 2023"),
    "German, with a weekday": (
        "Dienstag, 12. März 2024",
        "Montag, 5. August 2024",
        "Sonntag, 31. Dezember 2023",
    ),
    "French": ("12 mars 2024", "5 août 2024", "31 décembre 2023"),
    "French without accents": ("12 mars 2024", "5 aout 2024", "31 decembre 2023"),
    "French in capitals": ("12 MARS 2024", "5 AOÛT 2024", "31 DÉCEMBRE 2023"),
    "French, short": ("12 mars 2024", "5 août 2024", "31 déc. 2023"),
    "French, with a weekday": ("mar. 12 mars 2024", "lun. 5 août 2024", "dim. 31 déc. 2023"),
    "Spanish": ("12 de marzo de 2024", "5 de agosto de 2024", "31 de diciembre de 2023"),
    "Spanish, del": ("12 de marzo del 2024", "5 de agosto del 2024", "31 de diciembre del 2023"),
    "Spanish, short": ("12 mar 2024", "5 ago 2024", "31 dic 2023"),
    "Spanish, short with points": ("12-mar.-2024", "5-ago.-2024", "31-dic.-2023"),
    "Spanish, short year": ("12-mar-24", "05-ago-24", "31-dic-23"),
    "Italian": ("12 marzo 2024", "5 agosto 2024", "31 dicembre 2023"),
    "Italian, short, with a weekday": ("mar 12 mar 2024", "lun 5 ago 2024", "dom 31 dic 2023"),
    "Portuguese": ("12 de março de 2024", "5 de agosto de 2024", "31 de dezembro de 2023"),
    "Portuguese, short": ("12 de mar. de 2024", "5 de ago. de 2024", "31 de dez. de 2023"),
    "Indonesian": ("12 Maret 2024", "5 Agustus 2024", "31 Desember 2023"),
    "Indonesian, short": ("12 Mar 2024", "5 Agu 2024", "31 Des 2023"),
    "Dutch": ("12 maart 2024", "5 augustus 2024", "31 december 2023"),
    "Dutch, short": ("12 mrt 2024", "5 aug. 2024", "31 dec. 2023"),
    "Filipino": ("Marso 12, 2024", "Agosto 5, 2024", "Disyembre 31, 2023"),
    "English": ("March 12th, 2024", "August 5th, 2024", "December 31st, 2023"),
    "Thai": ("12 มีนาคม 2567", "5 สิงหาคม 2567", "31 ธันวาคม 2566"),
    "Thai, short": ("12 มี.ค. 2567", "5 ส.ค. 2567", "31 ธ.ค. 2566"),
    "Swedish": ("12 mars 2024", "5 augusti 2024", "31 december 2023"),
    "Danish": ("12. marts 2024", "5. august 2024", "31. december 2023"),
    "Norwegian": ("12. mars 2024", "5. august 2024", "31. desember 2023"),
    "Finnish": ("12. maaliskuuta 2024", "5. elokuuta 2024", "31. joulukuuta 2023"),
    "Polish": ("12 marca 2024", "5 sierpnia 2024", "31 grudnia 2023"),
    "Polish, short": ("12 mar 2024", "5 sie 2024", "31 gru 2023"),
    "Czech": ("12. března 2024", "5. srpna 2024", "31. prosince 2023"),
    "Slovak": ("12. marca 2024", "5. augusta 2024", "31. decembra 2023"),
    "Hungarian": ("2024. március 12.", "2024. augusztus 5.", "2023. december 31."),
    "Romanian": ("12 martie 2024", "5 august 2024", "31 decembrie 2023"),
    "Turkish": ("12 Mart 2024", "5 Ağustos 2024", "31 Aralık 2023"),
    "Turkish, short": ("12 Mar 2024", "5 Ağu 2024", "31 Ara 2023"),
    "Russian": ("12 марта 2024", "5 августа 2024", "31 декабря 2023"),
    "Ukrainian": ("12 березня 2024", "5 серпня 2024", "31 грудня 2023"),
    "Bulgarian": ("12 март 2024", "5 август 2024", "31 декември 2023"),
    "Greek": ("12 Μαρτίου 2024", "5 Αυγούστου 2024", "31 Δεκεμβρίου 2023"),
    "Malay": ("12 Mac 2024", "5 Ogos 2024", "31 Disember 2023"),
    "Arabic": ("12 مارس 2024", "5 أغسطس 2024", "31 ديسمبر 2023"),
    "Hebrew": ("12 מרץ 2024", "5 אוגוסט 2024", "31 דצמבר 2023"),
    "Hindi": ("12 मार्च 2024", "5 अगस्त 2024", "31 दिसंबर 2023"),
    "Thai, short without points": ("12 มีค 67", "5 สค 67", "31 ธค 66"),
}


@pytest.mark.parametrize("texts", WRITTEN.values(), ids=WRITTEN)
def test_days_of_every_language_are_read(texts):
    assert [moment.date() for moment in date_column(texts)] == DAYS


@pytest.mark.parametrize("texts", WRITTEN.values(), ids=WRITTEN)
def test_the_clock_time_behind_them_is_read_too(texts):
    clocks = ("14:30", "00:05", "23:59")
    timed = date_column([f"{text}, {clock}" for text, clock in zip(texts, clocks, strict=True)])
    assert [moment.date() for moment in timed] == DAYS
    assert [f"{moment:%H:%M}" for moment in timed] == list(clocks)


def test_every_month_of_cldr_is_read_in_every_language():
    for language in ("en", "th", "fil", "de", "es", "fr", "it", "pt", "id", "nl"):
        from babel.dates import format_date

        for width in ("medium", "long"):
            days = [date(2024, month, 20) for month in range(1, 13)]
            texts = [format_date(day, width, locale=language) for day in days]
            assert [moment.date() for moment in date_column(texts)] == days, (language, width)


def test_half_days_of_spanish_have_a_blank():
    texts = ("12 de marzo de 2024, 2:30 p. m.", "5 de agosto de 2024, 12:05 a. m.")
    assert [f"{m:%m-%d %H:%M}" for m in date_column(texts)] == ["03-12 14:30", "08-05 00:05"]


def test_a_tuesday_before_a_date_in_numbers_is_no_march():
    texts = ("mar. 12/11/2024", "mer. 13/11/2024", "mar. 19/11/2024")
    days = [date(2024, 11, 12), date(2024, 11, 13), date(2024, 11, 19)]
    assert [moment.date() for moment in date_column(texts)] == days


def test_no_name_stands_for_two_months():
    names = [name for month in month_names() for name in month]
    assert len(names) == len(set(names))
    assert all(len(month) >= 8 for month in month_names())


def test_a_name_must_stand_alone():
    march = month_patterns()[2].replace(r"\p{L}\p{M}", "a-zà-ÿ")
    assert re.search(march, "12 mar 2024")
    assert re.search(march, "12-mar.-2024")
    assert not re.search(march, "12 marketing 2024")
    assert not re.search(march, "12 marçoo 2024")
