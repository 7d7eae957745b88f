"""A queueing model of both stores: fed with what was measured, checked on what it has not seen."""
