from spareparts.models.counting import Scrapping, Stocktake, StocktakeLine
from spareparts.models.handovers import Handover, HandoverLine
from spareparts.models.ledger import Balance, Movement, MovementQuerySet, Stock, StockQuerySet
from spareparts.models.places import Part, PartQuerySet, Place, PlaceQuerySet, Supplier
from spareparts.models.purchasing import PurchaseOrder, PurchaseRequest, ReorderRule
from spareparts.models.requisitions import ApprovalRule, Requisition, RequisitionLine

__all__ = [
    "ApprovalRule",
    "Balance",
    "Handover",
    "HandoverLine",
    "Movement",
    "MovementQuerySet",
    "Part",
    "PartQuerySet",
    "Place",
    "PlaceQuerySet",
    "PurchaseOrder",
    "PurchaseRequest",
    "ReorderRule",
    "Requisition",
    "RequisitionLine",
    "Scrapping",
    "Stock",
    "StockQuerySet",
    "Stocktake",
    "StocktakeLine",
    "Supplier",
]
