import pytest

from retention import Check
from retention.evaluation.verdict import Verdict, verdict_of

GOOD = Check(name="History", status="good", finding="Long enough.")
UNKNOWN = Check(name="Rhythm", status="unknown", finding="Too few waits.", advice="Load more.")
CARE = Check(name="Fit", status="caution", finding="One parameter is open.", advice="Load more.")
BAD = Check(name="Hidden orders", status="bad", finding="Twice as many.", advice="Expect half.")


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ([GOOD, UNKNOWN], Verdict("good")),
        ([], Verdict("good")),
        ([GOOD, CARE], Verdict("caution", "One parameter is open.", 0)),
        ([CARE, GOOD, BAD, CARE], Verdict("bad", "Twice as many.", 2)),
    ],
)
def test_the_worst_check_decides_and_the_others_are_counted(checks, verdict):
    assert verdict_of(checks) == verdict
