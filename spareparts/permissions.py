VIEW_STOCK = "spareparts.view_stock"
MOVE_STOCK = "spareparts.move_stock"  # receive, hand out, take back, count, order
APPROVE_STOCK = "spareparts.approve_stock"  # counts, scrap, dear requisitions
REQUEST_PARTS = "spareparts.request_parts"  # on the phone: ask for, pass on, confirm
