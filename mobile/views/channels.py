from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from mobile.channels import ranges_in_bag, refills_for
from mobile.views.pages import FieldPage
from spareparts.permissions import SERVE_CHANNEL


class ChannelsPage(FieldPage, TemplateView):
    title = _("Channels to refill")
    permission = SERVE_CHANNEL
    template_name = "mobile/channels.html"

    def get_context_data(self, **kwargs) -> dict:
        ranges = ranges_in_bag(self.request.user)
        refills = refills_for(self.request.user, ranges)
        return super().get_context_data(refills=refills, ranges=ranges, **kwargs)
