from spareparts.models.channels import (
    Channel,
    ChannelDay,
    ChannelMinimum,
    KeyActivation,
    KeyBatch,
    KeyHolding,
    Refill,
    UsageFlag,
    parse_serial,
)
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
    "Channel",
    "ChannelDay",
    "ChannelMinimum",
    "Forecast",
    "ForecastEdit",
    "ForecastEditQuerySet",
    "ForecastQuerySet",
    "Handover",
    "HandoverLine",
    "KeyActivation",
    "KeyBatch",
    "KeyHolding",
    "LedgerMark",
    "Movement",
    "MovementQuerySet",
    "Part",
    "PartQuerySet",
    "Place",
    "PlaceQuerySet",
    "PurchaseOrder",
    "PurchaseRequest",
    "Refill",
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
    "UsageFlag",
    "parse_serial",
]
