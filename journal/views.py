from django.utils.translation import gettext_lazy as _

from journal import permissions
from journal.lists import EntryFilter, EntryTable
from journal.models import Entry
from toolkit.lists import ListPage


class Log(ListPage):
    name = "log"
    title = _("Operation log")
    permission = permissions.VIEW_LOG
    filterset_class = EntryFilter
    table_class = EntryTable
    export_permission = permissions.VIEW_LOG

    def rows(self):
        return Entry.objects.select_related("actor")
