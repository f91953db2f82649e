from django.urls import URLPattern, path

from dispatch.views import board
from dispatch.views import map as maps
from dispatch.views import office as pages
from dispatch.views import plans

office: list[URLPattern] = [
    path("board/", board.Board.as_view(), name="board"),
    path("board/changes/", board.BoardChanges.as_view(), name="board-changes"),
    path("board/rows/", board.BoardRows.as_view(), name="board-rows"),
    path("board/undo/", board.BoardUndo.as_view(), name="board-undo"),
    path("board/orders/<str:number>/", board.BoardOrder.as_view(), name="board-order"),
    path("board/orders/<str:number>/check/", board.BoardCheck.as_view(), name="board-check"),
    path("board/orders/<str:number>/move/", board.BoardMove.as_view(), name="board-move"),
    path("board/orders/<str:number>/return/", board.BoardReturn.as_view(), name="board-return"),
    path("board/orders/<str:number>/lock/", board.BoardLock.as_view(), name="board-lock"),
    path("board/orders/<str:number>/insert/", board.BoardInsert.as_view(), name="board-insert"),
    path("work-orders/<str:number>/dispatch/", pages.DispatchPanel.as_view(), name="work-order-dispatch"),
    path("work-orders/<str:number>/why-not/", pages.WhyNot.as_view(), name="work-order-why-not"),
    path("work-orders/<str:number>/assign/", pages.Assign.as_view(), name="work-order-assign"),
    path("day-plans/", plans.DayPlanList.as_view(), name="day-plan-list"),
    path("day-plans/new/", plans.DayPlanCreate.as_view(), name="day-plan-create"),
    path("day-plans/orders/", plans.PlannedOrderList.as_view(), name="planned-order-list"),
    path("day-plans/people/", plans.PlannedDayList.as_view(), name="planned-day-list"),
    path("day-plans/<str:number>/", plans.DayPlanDetail.as_view(), name="day-plan-detail"),
    path("day-plans/<str:number>/timeline/", plans.DayPlanTimeline.as_view(), name="day-plan-timeline"),
    path("day-plans/<str:number>/changes/", plans.DayPlanChanges.as_view(), name="day-plan-changes"),
    path("day-plans/<str:number>/map/", plans.DayPlanMap.as_view(), name="day-plan-map"),
    path("day-plans/<str:number>/unserved/", plans.DayPlanUnserved.as_view(), name="day-plan-unserved"),
    path("day-plans/<str:number>/cancel/", plans.DayPlanCancel.as_view(), name="day-plan-cancel"),
    path("day-plans/<str:number>/restart/", plans.DayPlanRestart.as_view(), name="day-plan-restart"),
    path("day-plans/<str:number>/again/", plans.DayPlanAgain.as_view(), name="day-plan-again"),
    path("day-plans/<str:number>/apply/", plans.DayPlanApply.as_view(), name="day-plan-apply"),
    path("dispatch-rules/", pages.RuleSetList.as_view(), name="rule-set-list"),
    path("dispatch-rules/new/", pages.RuleSetCreate.as_view(), name="rule-set-create"),
    path("dispatch-rules/<str:number>/", pages.RuleSetEdit.as_view(), name="rule-set-edit"),
    path("map/", maps.Map.as_view(), name="map"),
    path("map/features/", maps.MapFeatures.as_view(), name="map-features"),
    path("map/people/<str:number>/", maps.PersonCard.as_view(), name="map-person"),
    path("map/orders/<str:number>/", maps.OrderCard.as_view(), name="map-order"),
    path("people/<str:number>/track/", maps.Track.as_view(), name="person-track"),
]
