"""What goes along when a merchant moves to another region, called in the transaction in which it moves.

Each is called with (merchant, region=…, by=…, at=…), in the order in which rows are locked: the rooms from the top.
"""

FOLLOWERS: list[str] = ["workorders.actions.follow_merchant", "assets.actions.follow_merchant"]
