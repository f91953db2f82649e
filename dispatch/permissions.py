ASSIGN = "dispatch.assign"  # choose by hand, against the rules too
VIEW_DECISION = "dispatch.view_decision"
EDIT_RULES = "dispatch.edit_rules"
SEE_HEALTH = "dispatch.see_health"  # what is missing before orders can be planned
SEE_POSITIONS = "dispatch.see_positions"  # the live map, and where somebody was
