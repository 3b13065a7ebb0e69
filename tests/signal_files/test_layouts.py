"""Exports of usual tools, by their own column names: small copies made by code.

Where the names are from stands in `kinds.toml`.
"""

import pandas as pd
import pytest

import retention
from tests.signal_files.examples import csv_file, customers

PEOPLE = customers()
ANN, BEN, CEM = PEOPLE.index

LAYOUTS = {
    "delighted": (
        "nps",
        [
            ("Name", "Email", "Score", "Comment", "Created at", "Updated at", "Tags", "Permalink"),
            ("Ann", ANN, 9, "Lovely, thanks", "2026-03-14 10:00:00 UTC", "2026-03-14", "", "https://x"),
            ("Ben", BEN, 3, "Late", "2026-03-20 09:00:00 UTC", "2026-03-20", "", "https://y"),
        ],
        {"score": "Score", "day": "Created at"},
        {"nps_score": [9, 3]},
    ),
    "typeform": (
        "nps",
        [
            ("#", "How likely are you to recommend us to a friend?", "What could we do better?",
             "email", "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)",
             "Network ID", "Tags"),
            ("a1", 10, "Nothing", ANN, "completed", "2026-03-14 10:00:00", "",
             "2026-03-14 10:02:00", "n1", ""),
            ("a2", 6, "Faster parcels", BEN, "completed", "2026-03-15 10:00:00", "",
             "2026-03-15 10:02:00", "n2", ""),
        ],
        {"score": "How likely are you to recommend us to a friend?", "day": "Submit Date (UTC)"},
        {"nps_group": ["Promoter", "Detractor"]},
    ),
    "zendesk": (
        "csat",
        [
            ("Ticket ID", "Requester email", "Satisfaction rating", "Scored at"),
            (1, ANN, "Good", "2026-03-14"),
            (2, BEN, "Bad", "2026-03-14"),
            (3, CEM, "Offered", ""),
        ],
        {"score": "Satisfaction rating", "day": "Scored at"},
        {"csat_group": ["Satisfied", "Dissatisfied"]},
    ),
    "judge.me": (
        "reviews",
        [
            ("title", "body", "rating", "review_date", "source", "curated", "reviewer_name",
             "reviewer_email", "product_id", "product_handle", "reply", "reply_date",
             "picture_urls", "ip_address", "location"),
            ("Top", "Great tea", 5, "2026-03-02 10:12:00 UTC", "web", "ok", "Ann", ANN, "70123",
             "tea", "", "", "", "", ""),
            ("Bad", "Broken", 1, "2026-03-03 10:12:00 UTC", "web", "ok", "Ben", BEN, "70123",
             "tea", "", "", "", "", ""),
        ],
        {"score": "rating", "day": "review_date"},
        {"last_rating": [5, 1]},
    ),
    "trustpilot": (
        "reviews",
        [
            ("Review Id", "Review Created (UTC)", "Review Consumer User Name", "Review Title",
             "Review Content", "Review Stars", "Source", "Reference Id", "Consumer Email"),
            ("r1", "2026-03-02T10:12:00Z", "Ann", "Top", "Great", 5, "Invitation", "1001", ANN),
            ("r2", "2026-03-03T10:12:00Z", "Ben", "Hm", "Late", 2, "Invitation", "1002", BEN),
        ],
        {"score": "Review Stars", "day": "Review Created (UTC)"},
        {"last_rating": [5, 2]},
    ),
    "smile.io": (
        "points",
        [
            ("Name", "Email", "Member status", "Points Balance", "VIP tier", "Date of birth"),
            ("Ann", ANN, "Member", "1,250", "Gold", ""),
            ("Ben", BEN, "Member", "80", "", ""),
        ],
        {"points": "Points Balance", "tier": "VIP tier"},
        {"loyalty_points": [1250, 80]},
    ),
    "recharge": (
        "subscriptions",
        [
            ("subscription_id", "customer_id", "customer_email", "status", "product_title",
             "quantity", "recurring_price", "charge_interval_unit_type",
             "charge_interval_frequency", "next_charge_date", "created_at", "cancelled_at"),
            (11, 501, ANN, "ACTIVE", "Coffee 1 kg", 1, "24.00", "month", 1, "2026-04-01",
             "2025-01-05", ""),
            (12, 502, BEN, "CANCELLED", "Coffee 1 kg", 1, "24.00", "month", 1, "",
             "2025-01-05", "2025-09-01"),
        ],
        {"status": "status", "due": "next_charge_date", "product": "product_title"},
        {"subscription_status": ["active", "cancelled"]},
    ),
    "klaviyo": (
        "engagement",
        [
            ("Email", "Klaviyo ID", "First Name", "Phone Number", "Email Marketing Consent",
             "Email Marketing Consent Timestamp", "First Active", "Last Active",
             "Profile Created On", "Date Added", "Last Open", "Last Click", "Email Suppressions"),
            (ANN, "01H", "Ann", "", "SUBSCRIBED", "2024-01-01", "2024-01-01", "2026-03-14",
             "2024-01-01", "2024-01-01", "2026-03-14 08:00:00", "2026-03-02 08:00:00", "[]"),
            (BEN, "01J", "Ben", "", "UNSUBSCRIBED", "2025-01-01", "2024-01-01", "2025-06-01",
             "2024-01-01", "2024-01-01", "2025-06-01 08:00:00", "", "[]"),
            (CEM, "01K", "Cem", "", "NEVER_SUBSCRIBED", "", "2024-01-01", "2025-06-01",
             "2024-01-01", "2024-01-01", "", "", "[]"),
        ],
        {"opened_on": "Last Open", "clicked_on": "Last Click",
         "unsubscribed": "Email Marketing Consent"},
        {"unsubscribed": [False, True, False]},
    ),
    "mailchimp, unsubscribed": (
        "engagement",
        [
            ("Email Address", "First Name", "MEMBER_RATING", "OPTIN_TIME", "CONFIRM_TIME", "CC",
             "UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON",
             "LEID", "EUID", "NOTES", "TAGS"),
            (ANN, "Ann", 2, "2024-02-01 09:00:00", "2024-02-01 09:00:00", "DE",
             "2026-02-01 09:00:00", "Spring", "c1", "NORMAL (No reason given)", "1", "e1", "", ""),
            (BEN, "Ben", 2, "2024-02-01 09:00:00", "2024-02-01 09:00:00", "DE",
             "2026-02-03 09:00:00", "Spring", "c1", "", "2", "e2", "", ""),
        ],
        {"unsubscribed": "UNSUB_TIME"},
        {"unsubscribed": [True, True]},
    ),
    "shopify, abandoned checkouts": (
        "carts",
        [
            ("Id", "Email", "Financial Status", "Created at", "Completed at", "Currency",
             "Subtotal", "Total", "Recovery Status", "Lineitem name"),
            (1, ANN, "", "2026-03-14 18:20:00 +0100", "", "EUR", "54.90", "59.90",
             "Not Recovered", "Tea"),
            (2, BEN, "", "2026-03-20 09:05:00 +0100", "2026-03-20 10:00:00 +0100", "EUR",
             "20.00", "24.00", "Recovered", "Tea"),
        ],
        {"day": "Created at", "value": "Total", "recovered": "Recovery Status"},
        {"cart_value": [59.9]},
    ),
    "german survey": (
        "nps",
        [
            ("E-Mail-Adresse", "Würden Sie uns weiterempfehlen?", "Datum"),
            (ANN, 9, "14.03.2026"),
            (BEN, 5, "20.03.2026"),
        ],
        {"score": "Würden Sie uns weiterempfehlen?", "day": "Datum"},
        {"nps_on": [pd.Timestamp("2026-03-14"), pd.Timestamp("2026-03-20")]},
    ),
    "thai points": (
        "points",
        [("อีเมล", "คะแนนสะสม", "ระดับ"), (ANN, "1,250", "ทอง"), (BEN, "80", "เงิน")],
        {"points": "คะแนนสะสม", "tier": "ระดับ"},
        {"loyalty_tier": ["ทอง", "เงิน"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_tools_export_is_read_without_a_question(name, delimiter):
    kind, rows, columns, values = LAYOUTS[name]
    content = csv_file(*rows, delimiter=delimiter)
    signals = retention.read_signals(content, kind, PEOPLE, name=f"{name}.csv")
    found = {role: column for role, column in signals.columns.items() if role != "customer"}
    assert found == columns
    for column, expected in values.items():
        assert signals.frame[column].tolist() == expected
    report = signals.report
    assert report.without_orders == 0
    assert report.rows_used + sum(report.left_out.values()) == report.rows_read
