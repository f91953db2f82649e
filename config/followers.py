"""What goes along in other rooms, in the transaction of whoever asks for it."""

FOLLOWERS: dict[str, list[str]] = {
    # (merchant, region=…, by=…, at=…): it moves to another region. In the order in which rows are locked: rooms from the top.
    "merchant moves": ["workorders.actions.follow_merchant", "assets.actions.follow_merchant"],
    # (order, by=…, at=…): it was completed or cancelled
    "order ends": ["inspections.actions.follow_order"],
    # (terminal): whether something keeps it blocked
    "terminal is held back": ["inspections.findings.is_suspended", "monitoring.queries.is_tampered"],
}
