VIEW_ORDER = "workorders.view_order"
OPEN_ORDER = "workorders.open_order"  # file a request on behalf, open an order
EDIT_ORDER = "workorders.edit_order"  # priority, details, cancel, back to the pool
DO_ORDER = "workorders.do_order"  # the engineer's own steps
EXPORT_ORDERS = "workorders.export_orders"
OPEN_ORIGINAL = "workorders.open_original"  # a file as the phone sent it
ANSWER_SUPPORT = "workorders.answer_support"  # help whoever is stuck on site
VIEW_REQUEST = "workorders.view_request"
