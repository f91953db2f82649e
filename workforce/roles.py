"""The names of the roles. What each may do stands in config/roles.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    MANAGER = "manager", _("Office manager")
    DISPATCHER = "dispatcher", _("Dispatcher")
    WAREHOUSE = "warehouse", _("Warehouse keeper")
    ANALYST = "analyst", _("Analyst")
    FINANCE = "finance", _("Finance")
    PROSPECTOR = "prospector", _("Prospector")
    ENGINEER = "engineer", _("Engineer")
    INSPECTOR = "inspector", _("Inspector")
    OPS = "ops", _("Operations (system)")


FIELD = (Role.PROSPECTOR, Role.ENGINEER, Role.INSPECTOR)
