"""Files for a meeting: HTML reports and briefs."""
