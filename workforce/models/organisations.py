from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from workforce.models.regions import Region

if TYPE_CHECKING:
    from workforce.models.people import User


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> "OrganisationQuerySet":
        """Those that may work in one's own regions."""
        if user.sees_all_regions:
            return self
        if user.is_field or not user.is_active or not user.region_id:
            return self.none()
        here = Region.objects.filter(Q(path__startswith=user.region.path) | Q(path__in=user.region.line))
        return self.filter(
            Exists(Organisation.regions.through.objects.filter(organisation=OuterRef("pk"), region__in=here))
        )

    def editable_by(self, user: "User") -> "OrganisationQuerySet":
        """Those that work nowhere else."""
        elsewhere = Organisation.regions.through.objects.filter(organisation=OuterRef("pk")).exclude(
            region__in=Region.objects.visible_to(user)
        )
        return self.visible_to(user).exclude(Exists(elsewhere))


class Organisation(models.Model):
    """An outsourcer whose people do work for us: which kinds of it (`order_types`), where, and until when."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    regions = models.ManyToManyField(
        Region, related_name="organisations", verbose_name=_("regions"), help_text=_("With everything below them.")
    )
    ends_on = models.DateField(
        _("contract until"), null=True, blank=True, help_text=_("Afterwards its people are given nothing new.")
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('office:person-list')}?organisation={self.code}"
