"""What a visitor has made by hand in a session, which a reload would lose."""

from retention import wording
from retention.view.session import campaigns
from retention.view.session.own_segments import session_library
from retention.view.session.sample_tests import own_tests


def own_work() -> str:
    """Return the kept campaigns, tests and own segments in words; empty where there are none."""
    counts = {
        "campaign": len(campaigns.kept()),
        "test": len(own_tests()),
        "own segment": len(session_library()),
    }
    *parts, last = [wording.plural(n, noun) for noun, n in counts.items() if n] or [""]
    return f"{', '.join(parts)} and {last}" if parts else last
