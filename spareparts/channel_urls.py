from django.urls import URLPattern, path

from spareparts.views import channels

office: list[URLPattern] = [
    path("channels/", channels.ChannelList.as_view(), name="channel-list"),
    path("channels/map/", channels.ChannelMap.as_view(), name="channel-map"),
    path("channels/add/", channels.ChannelCreate.as_view(), name="channel-create"),
    path("channels/unusual/", channels.UsageFlagList.as_view(), name="usage-flag-list"),
    path("channels/unusual/<int:number>/settle/", channels.UsageFlagSettle.as_view(), name="usage-flag-settle"),
    path("channels/<str:number>/", channels.ChannelDetail.as_view(), name="channel-detail"),
    path("channels/<str:number>/edit/", channels.ChannelEdit.as_view(), name="channel-edit"),
    path("channels/<str:number>/minimum/", channels.ChannelMinimumSet.as_view(), name="channel-minimum"),
    path("card-keys/", channels.KeyBatchList.as_view(), name="key-batch-list"),
    path("card-keys/receive/", channels.KeyBatchCreate.as_view(), name="key-batch-create"),
    path("card-keys/hand-out/", channels.KeyHandOut.as_view(), name="key-hand-out"),
    path("card-keys/<str:number>/", channels.KeyBatchDetail.as_view(), name="key-batch-detail"),
]
