"""What a visitor has made by hand in a session, which a reload would lose."""

from retention import wording
from retention.view.session import campaigns
from retention.view.session.own_segments import session_library


def own_work() -> str:
    """Return the kept campaigns and own segments in words; empty where there are none."""
    counts = {"campaign": len(campaigns.kept()), "own segment": len(session_library())}
    return " and ".join(wording.plural(count, noun) for noun, count in counts.items() if count)
