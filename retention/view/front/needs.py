"""What an order file must have, which exports are recognised, and the limits."""

import streamlit as st

from retention.columns.roles import ROLES
from retention.samples.template import order_template
from retention.view import widgets
from retention.view.front import local_file

#: Platforms whose exports are recognised, as the page names them.
RECOGNISED = (
    *("Shopify", "WooCommerce", "BigCommerce", "Squarespace", "Wix", "Ecwid", "PrestaShop"),
    *("Magento", "TikTok Shop", "Shopee", "Lazada", "eBay", "Etsy", "Stripe", "Square", "PayPal"),
    *("Xero", "Zoho", "QuickBooks"),
)
_OR_OPEN_IT = ", open it by its path"


def draw_needs() -> None:
    """Draw what a file must have, which exports are recognised, and the limits."""
    st.space("small")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What the file needs", anchor=False)
        for role, icon in (
            ("customer_id", "person"),
            ("ordered_at", "event"),
            ("revenue", "payments"),
        ):
            st.markdown(f":material/{icon}: **{ROLES[role].label}.** {ROLES[role].help}")
        st.markdown(
            ":gray[Rows may be orders or order lines. Columns are found by themselves, in twenty "
            "languages, and you check them before anything is used.]"
        )
        widgets.csv_download(
            "Download a template for orders", "orders-template.csv", order_template, key="template"
        )
    with right:
        limit = st.get_option("server.maxUploadSize")
        st.subheader("Good to know", anchor=False)
        st.markdown(
            f":material/task_alt: **Recognised exports:** {', '.join(RECOGNISED)}. Any other table "
            "works too."
        )
        st.markdown(
            f":material/upload: **Up to {limit} MB a file.** Beyond that, zip it (often a tenth of "
            f"the size){_OR_OPEN_IT * local_file.is_allowed()}, or export the needed columns only."
        )
        st.markdown(
            ":material/lock: **Private to this session.** The file is read for you alone, kept "
            "nowhere unless you save your work, and forgotten when you leave."
        )
