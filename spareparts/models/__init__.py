from spareparts.models.counting import Scrapping, Stocktake, StocktakeLine
from spareparts.models.figures import LedgerMark, StockMonth, StockMonthQuerySet
from spareparts.models.forecasts import Forecast, ForecastEdit, ForecastEditQuerySet, ForecastQuerySet
from spareparts.models.handovers import Handover, HandoverLine
from spareparts.models.ledger import Balance, Movement, MovementQuerySet, Stock, StockQuerySet
from spareparts.models.places import Part, PartQuerySet, Place, PlaceQuerySet, Supplier
from spareparts.models.purchasing import PurchaseOrder, PurchaseRequest, ReorderRule
from spareparts.models.requisitions import ApprovalRule, Requisition, RequisitionLine

__all__ = [
    "ApprovalRule",
    "Balance",
    "Forecast",
    "ForecastEdit",
    "ForecastEditQuerySet",
    "ForecastQuerySet",
    "Handover",
    "HandoverLine",
    "LedgerMark",
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
    "StockMonth",
    "StockMonthQuerySet",
    "StockQuerySet",
    "Stocktake",
    "StocktakeLine",
    "Supplier",
]
