"""The store of `order_files` written the way each platform's export writes it.

Decoys and quirks are included. Every layout is a function from sales to rows (column -> text). A
column that a row does not name stays empty, as in the platforms' own files. The exact columns of
each layout stand in layouts.json.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.support.order_files import Item, Sale, csv_bytes

LAYOUTS: dict[str, dict] = json.loads(
    (Path(__file__).parent / "layouts.json").read_text(encoding="utf-8")
)


def money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def layout_file(layout: str, rows: Iterable[dict[str, str]], encoding: str = "utf-8") -> bytes:
    """The rows as a file with exactly the layout's columns."""
    columns = LAYOUTS[layout]["columns"]
    rows = list(rows)
    unknown = {column for row in rows for column in row} - set(columns)
    assert not unknown, f"{layout} has no columns {unknown}"
    table = [[row.get(column, "") for column in columns] for row in rows]
    return csv_bytes(columns, table, LAYOUTS[layout]["delimiter"], encoding)


def status(
    sale: Sale, paid="paid", refunded="refunded", partly="partially_refunded", **others: str
) -> str:
    if sale.state != "paid":
        return others.get(sale.state, sale.state)
    if sale.refunded:
        return refunded if sale.refunded == sale.total else partly
    return paid


def shopify(sales: Iterable[Sale], columns: Iterable[str]) -> list[dict[str, str]]:
    """Order-level fields on the first line item's row; Name, Email and Created at on each."""
    columns = set(columns)
    rows = []
    for sale in sales:
        zone = "-0400" if 3 < sale.placed.month < 11 else "-0500"
        stamp = f"{sale.placed:%Y-%m-%d %H:%M:%S} {zone}"
        financial = status(sale, cancelled="paid", failed="voided")
        order = {
            "Financial Status": financial,
            "Paid at": "" if financial in ("pending", "voided") else stamp,
            "Fulfillment Status": "fulfilled" if sale.state == "paid" else "unfulfilled",
            "Fulfilled at": stamp if sale.state == "paid" else "",
            "Accepts Marketing": "yes",
            "Currency": "USD",
            "Subtotal": money(sale.subtotal - sale.discount),
            "Shipping": money(sale.shipping),
            "Taxes": money(sale.tax),
            "Total": money(sale.total),
            "Discount Code": sale.coupon,
            "Discount Amount": money(sale.discount),
            "Shipping Method": "Standard",
            "Billing Name": sale.person.name,
            "Billing Street": "12 Harbour Rd",
            "Billing Address1": "12 Harbour Rd",
            "Billing City": sale.person.city,
            "Billing Zip": "'02108",
            "Billing Country": sale.person.country,
            "Billing Phone": "+16175550100",
            "Shipping Name": sale.person.name,
            "Shipping City": sale.person.city,
            "Shipping Zip": "'02108",
            "Shipping Country": sale.person.country,
            "Notes": "leave at the door,\nring twice" if sale.number % 5 == 0 else "",
            "Cancelled at": stamp if sale.state == "cancelled" else "",
            "Canceled at": stamp if sale.state == "cancelled" else "",
            "Payment Method": "Shopify Payments",
            "Payment Reference": f"c{sale.number * 7919}.1",
            "Refunded Amount": money(sale.refunded),
            "Outstanding Balance": money(sale.total if sale.state == "pending" else 0),
            "Id": str(5_000_000_000_000 + sale.number * 13),
            "Risk Level": "Low",
            "Source": "web" if sale.number % 3 else "pos",
            "Tax 1 Name": "MA State Tax 6.25%" if sale.tax else "",
            "Tax 1 Value": money(sale.tax) if sale.tax else "",
            "Phone": "+16175550100",
        }
        for i, item in enumerate(sale.items):
            line = {
                "Name": f"#{sale.number}",
                "Email": sale.person.email.upper() if sale.number % 4 == 0 else sale.person.email,
                "Created at": stamp,
                "Lineitem quantity": str(item.quantity),
                "Lineitem name": item.product,
                "Lineitem price": money(item.price),
                "Lineitem sku": f"SKU-{item.price}",
                "Lineitem SKU": f"SKU-{item.price}",
                "Lineitem requires shipping": "true",
                "Lineitem taxable": "true",
                "Lineitem fulfillment status": "fulfilled",
                "Lineitem discount": "0.00",
                "Vendor": "Harbour Goods",
            }
            rows.append(
                {k: v for k, v in ((order if i == 0 else {}) | line).items() if k in columns}
            )
    return rows


def squarespace(
    sales: Iterable[Sale], repeated: tuple[str, ...] = ("Order ID", "Email")
) -> list[dict[str, str]]:
    """US dates, statuses in capitals; the rows after an order's first carry `repeated` and the
    item."""
    rows = []
    for sale in sales:
        at = sale.placed
        stamp = f"{at.month}/{at.day}/{at.year} {at.hour}:{at:%M}"
        order = {
            "Order ID": f"{sale.number:05}",
            "Email": sale.person.email,
            "Financial Status": status(sale, cancelled="paid", failed="voided").upper(),
            "Paid at": stamp,
            "Fulfillment Status": "CANCELED" if sale.state == "cancelled" else "FULFILLED",
            "Fulfilled at": stamp,
            "Currency": "USD",
            "Subtotal": money(sale.subtotal),
            "Shipping": money(sale.shipping),
            "Taxes": money(sale.tax),
            "Amount Refunded": money(sale.refunded),
            "Total": money(sale.total),
            "Discount Code": sale.coupon,
            "Discount Amount": money(sale.discount),
            "Shipping Method": "Flat rate",
            "Created at": stamp,
            "Billing Name": sale.person.name,
            "Billing Zip": "02108",
            "Billing Country": sale.person.country,
            "Shipping Country": sale.person.country,
            "Cancelled at": stamp if sale.state == "cancelled" else "",
            "Payment Method": "Stripe",
            "Payment Reference": f"ch_{sale.number * 7919:x}",
        }
        for i, item in enumerate(sale.items):
            line = {
                "Lineitem quantity": str(item.quantity),
                "Lineitem name": item.product,
                "Lineitem price": money(item.price),
                "Lineitem sku": f"SQ{item.price}",
                "Lineitem requires shipping": "true",
                "Lineitem taxable": "true",
                "Lineitem fulfillment status": "FULFILLED",
            }
            rows.append((order if i == 0 else {key: order[key] for key in repeated}) | line)
    return rows


def woocommerce_advanced(sales: Iterable[Sale]) -> list[dict[str, str]]:
    """One row per item with the order's totals repeated on each; "Name" is the product."""
    rows = []
    for sale in sales:
        left = sale.refunded
        for i, item in enumerate(sale.items):
            cost = item.quantity * item.price
            back, left = min(cost, left), max(0, left - cost)
            rows.append(
                {
                    "Order Number": str(sale.number),
                    "Order Status": status(
                        sale,
                        paid="Completed" if sale.number % 3 else "Processing",
                        refunded="Refunded",
                        partly="Completed",
                        pending="Pending payment",
                        failed="Failed",
                        voided="Cancelled",
                        cancelled="Cancelled",
                    ),
                    "Order Date": f"{sale.placed:%Y-%m-%d %H:%M}",
                    "First Name (Billing)": sale.person.name.split(" ")[0],
                    "Last Name (Billing)": sale.person.name.split(" ")[-1],
                    "Address 1&2 (Billing)": "12 Harbour Rd",
                    "City (Billing)": sale.person.city,
                    "Postcode (Billing)": "10110",
                    "Country Code (Billing)": sale.person.country,
                    "Email (Billing)": sale.person.email,
                    "Phone (Billing)": "0812345678",
                    "Country Code (Shipping)": sale.person.country,
                    "Item #": str(i + 1),
                    "SKU": f"W{item.price}",
                    "Name": item.product,
                    "Quantity": str(item.quantity),
                    "Quantity (- Refund)": str(item.quantity),
                    "Item Cost": money(item.price),
                    "Order Line (w/o tax)": money(cost),
                    "Order Line Tax": "0",
                    "Order Line Total": money(cost),
                    "Order Line Total Refunded": money(back),
                    "Order Line Total (- Refund)": money(cost - back),
                    "Coupon Code": sale.coupon,
                    "Discount Amount": money(sale.discount),
                    "Discount Amount Tax": "0",
                    "Payment Method Title": "Credit card",
                    "Coupons Used": "1" if sale.coupon else "0",
                    "Cart Discount Amount": money(sale.discount),
                    "Order Subtotal Amount": money(sale.subtotal),
                    "Order Tax Amount": money(sale.tax),
                    "Order Shipping Amount": money(sale.shipping),
                    "Order Refund Amount": money(sale.refunded),
                    "Order Total Amount": money(sale.total),
                    "Order Total Tax Amount": money(sale.tax),
                    "Total items": str(sale.quantity),
                    "Total products": str(len(sale.items)),
                }
            )
    return rows


WOO_STATUS = {
    "paid": "completed",
    "partly": "completed",
    "pending": "pending",
    "failed": "failed",
    "voided": "cancelled",
    "cancelled": "cancelled",
}


def woocommerce_webtoffee(sales: Iterable[Sale]) -> list[dict[str, str]]:
    """One row per order, items in wide columns; a guest has id 0 and a billing e-mail only."""

    def packed(item: Item) -> str:
        cost = money(item.quantity * item.price)
        fields = f"product_id:{item.price}|quantity:{item.quantity}|total:{cost}|sub_total:{cost}"
        return f"name:{item.product}|{fields}"

    rows = []
    for sale in sales:
        stamp = f"{sale.placed:%Y-%m-%d %H:%M:%S}"
        rows.append(
            {
                "order_id": str(sale.number),
                "order_number": str(sale.number),
                "order_date": stamp,
                "paid_date": stamp if sale.state == "paid" else "",
                "status": "wc-" * (sale.number % 2) + status(sale, **WOO_STATUS),
                "shipping_total": money(sale.shipping),
                "fee_total": "0",
                "tax_total": money(sale.tax),
                "cart_discount": money(sale.discount),
                "order_discount": money(sale.discount),
                "discount_total": money(sale.discount),
                "order_total": money(sale.total),
                "order_subtotal": money(sale.subtotal),
                "order_currency": "THB",
                "payment_method": "omise",
                "transaction_id": f"chrg_{sale.number}",
                "customer_ip_address": "203.0.113.7",
                "customer_user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
                "shipping_method": "flat_rate:Flat rate",
                "customer_id": str(sale.person.user_id),
                "customer_user": str(sale.person.user_id),
                "customer_email": sale.person.email if sale.person.user_id else "",
                "billing_first_name": sale.person.name.split(" ")[0],
                "billing_last_name": sale.person.name.split(" ")[-1],
                "billing_email": sale.person.email,
                "billing_phone": "0812345678",
                "billing_postcode": "10110",
                "billing_city": sale.person.city,
                "billing_country": sale.person.country,
                "shipping_country": sale.person.country,
                "download_permissions": "1",
                "coupon_items": f"code:{sale.coupon}|amount:{money(sale.discount)}"
                if sale.coupon
                else "",
                "refund_items": f"amount:{money(sale.refunded)}|reason:|date:"
                if sale.refunded
                else "",
                **{f"line_item_{i + 1}": packed(item) for i, item in enumerate(sale.items)},
            }
        )
    return rows


def woocommerce_legacy(sales: Iterable[Sale]) -> list[dict[str, str]]:
    """Dates as 5/31/2016 0:37; no refund column, so only a fully refunded order says so, by its
    status."""
    rows = []
    for sale in sales:
        day = sale.placed
        rows.append(
            {
                "order_id": str(sale.number),
                "order_number_formatted": f"#{sale.number}",
                "order_number": str(sale.number),
                "date": f"{day.month}/{day.day}/{day.year} {day.hour}:{day:%M}",
                "status": status(sale, **WOO_STATUS),
                "order_shipping": money(sale.shipping),
                "order_shipping_tax": "0",
                "order_fees": "0",
                "order_tax": money(sale.tax),
                "cart_discount": money(sale.discount),
                "order_discount": "0",
                "order_total": money(sale.total),
                "payment_method": "paypal",
                "shipping_method": "flat_rate",
                "customer_user": str(sale.person.user_id),
                "billing_first_name": sale.person.name.split(" ")[0],
                "billing_email": sale.person.email,
                "billing_postcode": "02108",
                "billing_country": sale.person.country,
                "shipping_country": sale.person.country,
                "download_permissions_granted": "1",
                "shipping_cost_1": money(sale.shipping),
                **{
                    f"order_item_{i}": (
                        f"product_id:{item.price}|{item.quantity}|{money(item.price)}|size: M"
                    )
                    for i, item in enumerate(sale.items[:2], 1)
                },
            }
        )
    return rows


def bigcommerce(sales: Iterable[Sale]) -> list[dict[str, str]]:
    """Day-first dates, guests with id 0 and an e-mail, items packed in one column, refunds in their
    own."""

    def packed(item: Item) -> str:
        total = money(item.quantity * item.price)
        return (
            f"Product ID: {item.price}, Product Qty: {item.quantity}, Product SKU: B{item.price}, "
            f"Product Name: {item.product}, Product Unit Price: {money(item.price)}, "
            f"Product Total Price: {total}"
        )

    rows = []
    for sale in sales:
        rows.append(  # noqa: PERF401 (a row reads better on its own)
            {
                "Order ID": str(sale.number),
                "Customer ID": str(sale.person.user_id),
                "Customer Name": sale.person.name,
                "Customer Email": sale.person.email,
                "Customer Phone": "6175550100",
                "Order Date": f"{sale.placed:%d/%m/%Y}",
                "Order Status": status(
                    sale,
                    paid="Shipped" if sale.number % 2 else "Completed",
                    refunded="Refunded",
                    partly="Partially Refunded",
                    pending="Awaiting Payment",
                    failed="Declined",
                    voided="Cancelled",
                    cancelled="Cancelled",
                ),
                "Subtotal (inc tax)": money(sale.subtotal),
                "Subtotal (ex tax)": money(sale.subtotal),
                "Tax Total": money(sale.tax),
                "Shipping Cost (inc tax)": money(sale.shipping),
                "Shipping Cost (ex tax)": money(sale.shipping),
                "Handling Cost (inc tax)": "0.00",
                "Order Total (inc tax)": money(sale.total),
                "Order Total (ex tax)": money(sale.total - sale.tax),
                "Payment Method": "Credit Card",
                "Total Quantity": str(sale.quantity),
                "Total Shipped": str(sale.quantity),
                "Date Shipped": f"{sale.placed:%d/%m/%Y}" if sale.state == "paid" else "",
                "Order Currency Code": "AUD",
                "Exchange Rate": "1.0000000000",
                "Billing Zip": "3000",
                "Billing Country": sale.person.country,
                "Billing Email": sale.person.email,
                "Shipping Country": sale.person.country,
                "Shipping Email": sale.person.email,
                "Product Details": "|".join(packed(item) for item in sale.items),
                "Store Credit Redeemed": "0.00",
                "Gift Certificate Amount Redeemed": "0.00",
                "Coupon Details": f"Coupon Code: {sale.coupon}" if sale.coupon else "",
                "Refund Amount": money(sale.refunded),
            }
        )
    return rows


def stripe(
    sales: Iterable[Sale], layout: str, write: Callable[[int], str] = money
) -> list[dict[str, str]]:
    """Charges: none cancelled, lower-case currency, refunds as an amount; `write` dresses the
    money."""
    columns = set(LAYOUTS[layout]["columns"])
    rows = []
    for sale in sales:
        stamp = f"{sale.placed:%Y-%m-%d %H:%M}"
        state = status(
            sale,
            "Paid",
            "Refunded",
            "Paid",
            pending="Failed",
            failed="Failed",
            voided="Failed",
            cancelled="Failed",
        )
        row = {
            "id": f"ch_3N{sale.number * 104729:x}",
            "Description": f"Order {sale.number}",
            "Created date (UTC)": stamp,
            "Created (UTC)": stamp,
            "Amount": write(sale.total),
            "Amount Refunded": write(sale.refunded),
            "Currency": "usd",
            "Converted Amount": write(sale.total),
            "Converted Amount Refunded": write(sale.refunded),
            "Converted Currency": "usd",
            "Captured": "false" if state == "Failed" else "true",
            "Fee": write(30 + sale.total * 29 // 1000),
            "Tax": write(0),
            "Mode": "Live",
            "Status": state,
            "Customer ID": f"cus_{sale.person.user_id * 7919:x}" if sale.person.user_id else "",
            "Customer Email": sale.person.email,
            "Card Last4": "4242",
            "Card Exp Month": "4",
            "Card Exp Year": "2029",
            "Card Fingerprint": "Xt5EWLLDS7FJjR1c",
            "Payment Source Type": "card",
            "Interchange Costs": write(0),
        }
        rows.append({key: value for key, value in row.items() if key in columns})
    return rows


def square(sales: Iterable[Sale]) -> list[dict[str, str]]:
    """Money as "$1,240.00", day and time apart, each refund a negative row of its own after the
    payments."""

    def dollars(cents: int) -> str:
        return f"{'-' if cents < 0 else ''}${abs(cents) / 100:,.2f}"

    def row(sale: Sale, sign: int, cents: int, event: str, number: int) -> dict[str, str]:
        """A payment, or a refund of the cents given."""
        whole = cents == sale.total
        net = cents - (sale.tax if whole else 0)
        return {
            "Date": f"{sale.placed:%Y-%m-%d}",
            "Time": f"{sale.placed:%H:%M:%S}",
            "Time Zone": "Eastern Time (US & Canada)",
            "Gross Sales": dollars(sign * (net + sale.discount * whole)),
            "Discounts": dollars(-sign * sale.discount * whole),
            "Service Charges": "$0.00",
            "Net Sales": dollars(sign * net),
            "Gift Card Sales": "$0.00",
            "Tax": dollars(sign * sale.tax * whole),
            "Tip": "$0.00",
            "Partial Refunds": "$0.00" if whole else dollars(sign * cents),
            "Total Collected": dollars(sign * cents),
            "Source": "Point of Sale",
            "Card": dollars(sign * cents),
            "Card Entry Methods": "Tapped",
            "Cash": "$0.00",
            "Square Gift Card": "$0.00",
            "Other Tender": "$0.00",
            "Fees": dollars(-sign * (cents * 26 // 1000 + 10)),
            "Net Total": dollars(sign * (cents - cents * 26 // 1000 - 10)),
            "Transaction ID": f"T{number * 104729:X}",
            "Payment ID": f"P{number * 7919:X}",
            "Card Brand": "Visa",
            "PAN Suffix": "4242",
            "Device Name": "Till 1",
            "Details": "https://squareup.example/transactions/T",
            "Description": ", ".join(item.product for item in sale.items),
            "Event Type": event,
            "Location": "Harbour St",
            "Customer ID": f"CUS{sale.person.user_id}" if sale.person.user_id else "",
            "Customer Name": sale.person.name,
            "Transaction Status": "Complete",
            "Channel": "Harbour St",
        }

    sales = [sale for sale in sales if sale.state == "paid"]
    rows = [row(sale, 1, sale.total, "Payment", sale.number) for sale in sales]
    for sale in (sale for sale in sales if sale.refunded):
        later = replace(sale, placed=sale.placed + timedelta(hours=30))
        rows.append(row(later, -1, sale.refunded, "Refund", sale.number + 5000))
    return rows


def etsy(sales: Iterable[Sale]) -> list[dict[str, str]]:
    """Two-digit US years and no e-mail; the adjusted amounts are 0.00 unless part of the money went
    back."""
    rows = []
    for sale in sales:
        if sale.state != "paid" or 0 < sale.total == sale.refunded:
            continue  # Etsy leaves unpaid and cancelled orders out of the file
        adjusted = sale.total - sale.refunded if sale.refunded else 0
        rows.append(
            {
                "Sale Date": f"{sale.placed:%m/%d/%y}",
                "Order ID": str(3_000_000_000 + sale.number),
                "Buyer User ID": sale.person.username,
                "Full Name": sale.person.name,
                "First Name": sale.person.name.split(" ")[0],
                "Last Name": sale.person.name.split(" ")[-1],
                "Number of Items": str(sale.quantity),
                "Payment Method": "Credit Card",
                "Date Shipped": f"{sale.placed:%m/%d/%y}",
                "Street 1": "12 Harbour Rd",
                "Ship City": sale.person.city,
                "Ship Zipcode": "02108",
                "Ship Country": sale.person.country,
                "Currency": "USD",
                "Order Value": money(sale.subtotal),
                "Coupon Code": sale.coupon,
                "Discount Amount": money(sale.discount),
                "Shipping Discount": "0.00",
                "Shipping": money(sale.shipping),
                "Sales Tax": money(sale.tax),
                "Order Total": money(sale.total),
                "Card Processing Fees": money(25 + sale.total * 3 // 100),
                "Order Net": money(sale.total - 25 - sale.total * 3 // 100),
                "Adjusted Order Total": money(adjusted),
                "Adjusted Card Processing Fees": "0.00",
                "Adjusted Net Order Amount": money(adjusted),
                "Buyer": f"{sale.person.name} ({sale.person.username})"
                if sale.person.username
                else "",
                "Order Type": "online",
                "Payment Type": "online_cc",
                "InPerson Discount": "0.00",
                "SKU": f"E{sale.items[0].price}",
            }
        )
    return rows


def magento(sales: Iterable[Sale], with_email: bool) -> list[dict[str, str]]:
    """The order grid: dates as "Mar 5, 2024 2:22:10 PM"; "Closed" is a fully refunded order."""
    rows = []
    for sale in sales:
        hour = f"{(sale.placed.hour - 1) % 12 + 1}:{sale.placed:%M:%S} "
        hour += "PM" if sale.placed.hour > 11 else "AM"
        rows.append(
            {
                "ID": f"{sale.number:09}",
                "Purchase Point": "Main Website\n   Main Website Store\n      Default Store View",
                "Purchase Date": f"{sale.placed:%b} {sale.placed.day}, {sale.placed.year} {hour}",
                "Bill-to Name": sale.person.name,
                "Ship-to Name": sale.person.name,
                "Grand Total (Base)": f"${sale.total / 100:,.2f}",
                "Grand Total (Purchased)": f"${sale.total / 100:,.2f}",
                "Status": status(
                    sale,
                    paid="Complete" if sale.number % 2 else "Processing",
                    refunded="Closed",
                    partly="Complete",
                    pending="Pending Payment",
                    failed="Canceled",
                    voided="Canceled",
                    cancelled="Canceled",
                ),
                "Billing Address": f"12 Harbour Rd,{sale.person.city},10110",
                "Shipping Address": f"12 Harbour Rd,{sale.person.city},10110",
                "Shipping Information": "Flat Rate - Fixed",
                "Customer Email": sale.person.email if with_email else "",
                "Customer Group": "General",
                "Subtotal": f"${sale.subtotal / 100:,.2f}",
                "Shipping and Handling": f"${sale.shipping / 100:,.2f}",
                "Customer Name": sale.person.name if with_email else "",
                "Payment Method": "checkmo",
                "Total Refunded": f"${sale.refunded / 100:,.2f}",
                "Allocated sources": "Default Source",
            }
        )
    return rows


def amazon(sales: Iterable[Sale]) -> list[dict[str, str]]:
    """One row per item and no buyer at all."""
    rows = []
    for sale in sales:
        paid = sale.state == "paid"
        for item in sale.items:
            rows.append(  # noqa: PERF401 (a row reads better on its own)
                {
                    "amazon-order-id": f"113-{sale.number:07}-{sale.number * 7 % 9999999:07}",
                    "purchase-date": f"{sale.placed:%Y-%m-%dT%H:%M:%S}+00:00",
                    "last-updated-date": f"{sale.placed:%Y-%m-%dT%H:%M:%S}+00:00",
                    "order-status": "Shipped" if paid else "Cancelled",
                    "fulfillment-channel": "Amazon",
                    "sales-channel": "Amazon.com",
                    "product-name": item.product,
                    "sku": f"A{item.price}",
                    "item-status": "Shipped" if paid else "Cancelled",
                    "quantity": str(item.quantity),
                    "currency": "USD",
                    "item-price": money(item.quantity * item.price) if paid else "",
                    "ship-city": sale.person.city,
                    "ship-country": sale.person.country,
                    "is-business-order": "false",
                }
            )
    return rows
