"""Running newsmill every day: servers, schedules, reports, checks."""
