"""Order statuses in the words of several languages."""

import pytest

from retention import read_orders
from retention.cells.statuses import State, is_understood, kind_state, order_state

WORDS = {
    State.CANCELLED: (
        "Storniert",
        "Storno",
        "Anulado",
        "ANULADA",
        "Cancelado",
        "cancelada por el cliente",
        "Annulée",
    ),
    State.FAILED: (
        *("Fehlgeschlagen", "Zahlung abgelehnt", "Fallido", "pago_fallido", "Rechazada"),
        *("Échouée", "Paiement échoué", "ECHOUE", "Refusé", "paiement refusé"),
    ),
    State.PENDING: (
        *("Ausstehend", "Zahlung ausstehend", "Unbezahlt", "Offen", "offene Rechnung"),
        *("Pendiente", "Pendiente de pago", "En attente", "en attente de paiement"),
    ),
    State.REFUNDED: (
        "Erstattet",
        "rückerstattet",
        "Retourniert",
        "Reembolsado",
        "reembolsada",
        "Remboursé",
        "remboursée",
    ),
    State.ORDER: (
        *(
            "Bezahlt",
            "Abgeschlossen",
            "Versendet",
            "Eingetroffen",
            "Completado",
            "Enviado",
            "Pagada",
        ),
        *("Terminée", "Expédiée", "Payé", "Livrée"),
    ),
}
STAYS = (
    *("Teilweise erstattet", "teilerstattet", "Teilweise storniert", "Teilretourniert"),
    *("Reembolso parcial", "parcialmente reembolsado", "Reembolsado parcialmente"),
    *("Partiellement remboursé", "remboursement partiel", "Partiellement annulée"),
)
#: What is still to come is the parcel, or money that has not gone back.
TO_COME = (
    *("Versand ausstehend", "Lieferung offen", "Pendiente de envío", "En attente d'expédition"),
    *(
        "en attente de livraison",
        "Erstattung beantragt",
        "Erstattung abgelehnt",
        "Reembolso solicitado",
    ),
    *("reembolso rechazado", "Remboursement refusé", "remboursement en attente"),
)


@pytest.mark.parametrize(
    ("state", "status"), [(state, status) for state, said in WORDS.items() for status in said]
)
def test_a_status_is_read_in_german_spanish_and_french(state, status):
    assert order_state(status) is state
    assert order_state(status.upper()) is state


@pytest.mark.parametrize("status", STAYS)
def test_an_order_of_which_a_part_went_back_stays_an_order(status):
    assert order_state(status) is State.ORDER


@pytest.mark.parametrize("status", TO_COME)
def test_an_order_that_waits_for_its_parcel_or_keeps_its_money_is_one(status):
    assert order_state(status) is State.ORDER


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("anulowane", State.CANCELLED),
        ("Отменён", State.CANCELLED),
        ("dibatalkan", State.CANCELLED),
        ("已取消", State.CANCELLED),
        ("キャンセル", State.CANCELLED),
        ("Đã hủy", State.CANCELLED),
        ("avbruten", State.CANCELLED),
        ("no pagado", State.PENDING),
        ("impayé", State.PENDING),
        ("not cancelled", State.ORDER),
        ("Cancellation requested", State.ORDER),
    ],
)
def test_statuses_of_other_languages_and_those_that_only_seem_cancelled(status, state):
    assert order_state(status) is state


def test_a_status_that_is_not_understood_counts_and_is_named():
    rows = [
        f"{n},c{n % 5},2024-01-{1 + n:02},10,{'wrzucone' if n % 4 == 0 else 'Paid'}"
        for n in range(20)
    ]
    orders = read_orders("\n".join(["Order,Customer,Date,Total,Status", *rows]).encode())
    assert orders.report.rows_kept == 20
    assert any("'wrzucone'" in text and "'Paid'" not in text for text in orders.report.warnings)
    assert is_understood("Versendet")


@pytest.mark.parametrize(
    "status",
    [
        "partially_refunded",
        "Teilerstattet",
        "Reembolso parcial",
        "Refunded (partial)",
        "Partly refunded",
        "Erstattet (teilweise)",
    ],
)
def test_an_order_of_which_an_unknown_part_went_back_is_named(status):
    rows = [
        f"{n},c{n % 5},2024-01-{1 + n:02},10,{status if n % 4 == 0 else 'Paid'},{0 if n % 4 else 3}"
        for n in range(20)
    ]
    for columns, said in (("Total,Status,Extra", True), ("Total,Status,Refunded amount", False)):
        orders = read_orders("\n".join([f"Order,Customer,Date,{columns}", *rows]).encode())
        assert orders.table.revenue.sum().to_pyarrow().as_py() == (200 if said else 185)
        assert (
            any(f"{status!r} count with their whole amount" in note for note in orders.report.notes)
            == said
        )


#: What marketplaces and accounting tools write, in the languages of their exports.
WRITTEN = {
    State.PENDING: (
        *("Awaiting check payment", "Awaiting bank wire payment", "Awaiting Payment"),
        *("awaiting Cash On Delivery validation", "Awaiting Approval", "Overdue", "past_due"),
        *("On backorder (not paid)", "En espera de pago por cheque", "Warten auf Scheckzahlung"),
        *("Warten auf Zahlungseingang Überweisung", "En attente du paiement par chèque"),
        *("In attesa di pagamento con bonifico bancario", "Aguardando pagamento", "Não pago"),
        *("Wacht op betaling", "Menunggu pembayaran", "Belum bayar", "Chờ thanh toán"),
        *("Oczekiwanie na płatność czekiem", "รอชำระเงิน", "ที่ต้องชำระ", "Naghihintay ng bayad"),
        *("待付款", "入金待ち", "입금대기"),
    ),
    State.REFUNDED: (
        *("shipped_back", "Shipped Back Success", "shipped_back_failed", "Package returned"),
        *("In Transit: Returning to seller", "Lost by 3PL", "Damaged by 3PL", "Package scrapped"),
        *("Delivery failed", "Request Approved", "คำขอได้รับการยอมรับแล้ว", "Permintaan Disetujui"),
        *("Rimborsato", "Zwrot", "Terugbetaald", "Estornado", "Devuelto", "Retourné", "ตีกลับ"),
        *("Paket hilang", "Zurückgesendet", "已退款", "返品"),
    ),
    State.ORDER: (
        *("Selesai", "Sedang Dikirim", "Đã giao", "Hoàn thành", "Concluído", "A Enviar"),
        *("Paiement accepté", "Pago aceptado", "Pagamento accettato", "Zahlung eingegangen"),
        *("Płatność zaakceptowana", "En attente de réapprovisionnement (payé)", "On backorder"),
        *("已完成", "待出貨", "運送中", "Cleared", "Paiement à distance accepté"),
        "ผู้ซื้อได้รับสินค้าแล้ว แต่ยังสามารถขอคืนเงิน/คืนสินค้าได้จนถึง 2026-07-04",
        "Pesanan diterima, namun Pembeli masih dapat mengajukan pengembalian hingga 2026-07-04",
    ),
    State.CANCELLED: (
        "Deleted",
        "WILL_NOT_DELIVER",
        "Dibatalkan",
        "不成立",
        "Geannuleerd",
        "Voided",
    ),
    State.REFUND: ("Gutschrift", "Avoir", "Nota de crédito", "Nota di credito", "Credit note"),
    State.FAILED: ("Erreur de paiement", "Zahlungsfehler", "Błąd płatności", "Falhou", "Mislukt"),
    State.OTHER: ("view", "page_view", "remove_from_cart", "search", "add_to_wishlist"),
    State.ABANDONED: ("cart", "add_to_cart", "Added to cart", "begin_checkout"),
}
KINDS = {
    State.REFUND: (
        *("Sales credit note", "Credit Memo", "Refund", "Payment Refund", "Payment Reversal"),
        *("Chargeback", "Gutschrift", "Rückzahlung", "Avoir", "Nota de crédito", "Nota di credito"),
        *("Creditnota", "ใบลดหนี้", "Return"),
    ),
    State.OTHER: (
        *("General Withdrawal", "Transfer", "Payout", "Fee", "Currency Conversion", "Quote"),
        *("Reversal of General Account Hold", "Account Hold for Open Authorization", "Bill"),
        *("Bank Deposit to PP Account", "Bankgutschrift auf PayPal-Konto", "Mass Pay Payment"),
        *("Sales overpayment", "Bill Payment (Check)", "Purchase Order", "Estimate", "Auszahlung"),
        *("view", "Journal Entry", "Expense"),
    ),
    State.ORDER: (
        *("Sales invoice", "Invoice", "Sales Receipt", "Express Checkout Payment", "purchase"),
        *("Website Payment", "PayPal Express-Zahlung", "Order", "Online Store"),
    ),
    State.ABANDONED: ("cart",),
}


@pytest.mark.parametrize(
    ("state", "text"), [(state, text) for state, texts in WRITTEN.items() for text in texts]
)
def test_what_marketplaces_write_is_understood(state, text):
    assert order_state(text) is state
    assert is_understood(text)


@pytest.mark.parametrize(
    ("state", "text"), [(state, text) for state, texts in KINDS.items() for text in texts]
)
def test_a_kind_of_row_says_whether_it_is_a_sale(state, text):
    assert kind_state(text) is state


#: What shops of further languages write for a new, a sent, a cancelled, an unpaid, a failed and a
#: returned order.
FURTHER = {
    "Hungarian": "Feldolgozás alatt|Kézbesítve|Törölve|Fizetésre vár|Sikertelen fizetés|Visszáru",
    "Greek": "Σε επεξεργασία|Απεστάλη|Ακυρώθηκε|Σε αναμονή πληρωμής|Απέτυχε|Επιστράφηκε",
    "Romanian": "În procesare|Expediată|Anulată|În așteptare|Plată eșuată|Returnată",
    "Slovak": "Nová|Odoslaná|Zrušená|Čaká na úhradu|Zamietnutá platba|Vrátená",
    "Bulgarian": "Платена|Изпратена|Отказана|Чака плащане|Неуспешно плащане|Възстановена сума",
    "Croatian": "U obradi|Poslano|Otkazano|Čeka plaćanje|Neuspjelo|Povrat novca",
    "Lithuanian": "Apmokėtas|Išsiųstas|Atšauktas|Laukiama apmokėjimo|Nepavykęs|Grąžintas",
    "Latvian": "Apmaksāts|Nosūtīts|Atcelts|Gaida apmaksu|Neizdevās|Atgriezts",
    "Estonian": "Makstud|Saadetud|Tühistatud|Maksmata|Ebaõnnestunud|Tagastatud",
    "Finnish": "Käsittelyssä|Lähetetty|Peruttu|Odottaa maksua|Maksu epäonnistui|Palautettu",
    "Swedish": "Betald|Skickad|Makulerad|Väntar på betalning|Betalning nekad|Återbetald",
    "Danish": "Behandles|Afsendt|Annulleret|Afventer betaling|Betaling afvist|Refunderet",
    "Norwegian": "Under behandling|Sendt|Kansellert|Venter på betaling|Mislyktes|Refundert",
    "Ukrainian": "Новий|Відправлено|Скасовано|Очікує оплати|Помилка оплати|Повернення",
    "Russian": "Новый|Отгружен|Отменён|Ожидает оплаты|Ошибка оплаты|Возвращён",
    "Hebrew": "בטיפול|נשלח|בוטל|ממתין לתשלום|נכשל|זוכה",
    "Hindi": "भुगतान हो गया|भेज दिया|रद्द|भुगतान बाकी|विफल|वापस",
    "Arabic": "قيد التجهيز|تم الشحن|ملغي|في انتظار الدفع|فشلت عملية الدفع|تم الاسترجاع",
    "Turkish": "Onaylandı|Kargoya Verildi|İptal Edildi|Ödeme Bekliyor|Başarısız|İade Edildi",
    "Japanese": "受注|発送済|キャンセル済|入金確認待ち|決済失敗|返品",
    "Korean": "상품준비중|배송중|취소완료|입금대기|결제실패|반품완료",
    "Chinese": "待发货|已发货|已取消|待付款|支付失败|已退款",
    "Vietnamese": "Đã xác nhận|Đang chuyển|Đã hủy|Chờ thanh toán|Thất bại|Đã hoàn",
    "Malay": "Dalam proses|Dihantar|Dibatalkan|Belum Dibayar|Gagal|Dipulangkan",
    "Thai": "โอนแล้ว|ส่งแล้ว|ยกเลิก|รอโอน|ชำระเงินไม่สำเร็จ|คืนเงินแล้ว",
}


@pytest.mark.parametrize("language", FURTHER)
def test_the_states_of_an_order_are_known_in_further_languages(language):
    texts = FURTHER[language].split("|")
    assert [order_state(text).value for text in texts] == [
        *("order", "order", "cancelled", "pending", "failed", "refunded"),
    ]
    assert all(map(is_understood, texts))


@pytest.mark.parametrize(
    "text", ["Čeká na odeslání", "Kargo bekleniyor", "Väntar på leverans", "待发货", "Chờ xác nhận"]
)
def test_an_order_whose_parcel_is_awaited_is_one(text):
    assert order_state(text) is State.ORDER


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        *(
            ("Faktura korygująca", "refund"),
            ("Dobropis", "refund"),
            ("Rechnungskorrektur", "refund"),
        ),
        *(("Storno", "refund"), ("Kreditnota", "refund"), ("赤伝", "refund"), ("反品", "order")),
        *(("Angebot", "other"), ("Nabídka", "other"), ("見積書", "other"), ("Árajánlat", "other")),
        *(("Lieferschein", "other"), ("Rebill", "order"), ("Rechnung", "order")),
    ],
)
def test_documents_are_known_in_several_languages(kind, state):
    assert kind_state(kind).value == state


@pytest.mark.parametrize(
    ("state", "texts"),
    [
        ("pending", "Belum lunas|ยังไม่ได้ชำระ|Chờ chuyển khoản|Do zapłaty|Inte betald|Te betalen"),
        ("pending", "미납|لم يدفع|Ödenmemiş|Por pagar|Da pagare|À payer|Awaiting bank transfer"),
        ("cancelled", "Nakansela|Kanselahin"),
        ("refunded", "Refund completed|Refund issued|تم الاسترداد|Naibalik ang bayad"),
        ("refunded", "RTO delivered|Money back"),
        ("failed", "Kedaluwarsa|Hindi natuloy|Hết hạn|หมดอายุ|期限切れ|Süresi doldu|Tamat tempoh"),
        ("order", "Not refunded|No refund|ไม่คืนเงิน|Naihatid na|Dalam perjalanan|Escrow"),
    ],
)
def test_further_words_of_shops_in_the_markets_are_known(state, texts):
    for text in texts.split("|"):
        assert (order_state(text).value, is_understood(text)) == (state, True), text
