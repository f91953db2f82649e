VIEW_STOCK = "spareparts.view_stock"
MOVE_STOCK = "spareparts.move_stock"  # receive, hand out, take back
