"""Links that are a secret: a waiting mail holds only 'kind:id', and the address is made when the mail is sent."""

from collections.abc import Callable

from workorders.models import TrackingLink


def tracking(id: str) -> str:
    return TrackingLink.objects.get(pk=id).get_absolute_url()


LINKS: dict[str, Callable[[str], str]] = {"tracking": tracking}
