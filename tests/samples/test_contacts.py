"""The sample store's customers are invented: what is known of them can belong to nobody."""

from retention.samples import world

CONTACT_COLUMNS = ["First name", "Last name", "Phone", "Country", "Accepts marketing"]


def test_addresses_can_belong_to_nobody(store):
    named = store.loc[store["Customer e-mail"] != "", "Customer e-mail"]
    assert named.str.fullmatch(r"[a-z-]+\.[a-z-]+\d*@example\.(com|org|net)").all()


def test_phone_numbers_are_those_kept_for_fiction_in_the_customers_country(store):
    numbers = store.loc[store["Phone"] != "", ["Phone", "Country"]]
    parts = numbers["Phone"].str.extract(r"^\+1 (\d{3})-555-01(\d\d)$")
    assert parts.notna().all(axis=None)
    areas = parts[0].astype(int)
    canada = numbers["Country"] == "Canada"
    assert set(areas[canada]) <= set(world.AREAS_CANADA)
    assert set(areas[~canada]) <= set(world.AREAS_UNITED_STATES)


def test_a_customer_has_the_same_contact_details_on_every_row(store):
    named = store[store["Customer e-mail"] != ""]
    assert (named.groupby("Customer e-mail")[CONTACT_COLUMNS].nunique() == 1).all(axis=None)


def test_guests_leave_no_contact_details(store):
    guests = store[store["Customer e-mail"] == ""]
    assert (guests[[*CONTACT_COLUMNS, "Rating"]] == "").all(axis=None)


def test_names_are_those_of_the_address(store):
    named = store[store["Customer e-mail"] != ""]
    first = named["Customer e-mail"].str.partition(".")[0]
    assert (named["First name"].str.lower() == first).all()


def test_only_orders_that_took_place_are_rated_and_returned_ones_worse(kept, store):
    assert set(store["Rating"]) == {"", *"12345"}
    assert (store.loc[~store.index.isin(kept.index), "Rating"] == "").all()
    rated = kept[kept["Rating"] != ""]
    scores = rated["Rating"].astype(int).groupby(rated["Refunded amount"] > 0).mean()
    assert scores[True] < scores[False] - 1


def test_deliveries_are_marked_as_the_subscription(store):
    deliveries = store["Category"] == world.SUBSCRIPTION.category
    assert set(store.loc[deliveries, "Subscription"]) == {"yes"}
    assert set(store.loc[~deliveries, "Subscription"]) == {"no"}
