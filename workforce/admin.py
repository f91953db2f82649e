from django.contrib import admin

from toolkit.admin import ReadOnlyAdmin, ReferenceAdmin
from workforce.models import PersonSkill, Region, Shift, Skill, User

admin.site.site_header = admin.site.site_title = "Fieldloop"


@admin.register(Region)
class RegionAdmin(ReferenceAdmin):
    list_display = ["name", "code", "parent", "path", "time_zone"]
    search_fields = ["name", "code", "aliases"]
    autocomplete_fields = ["parent"]
    list_select_related = ["parent"]


@admin.register(Skill)
class SkillAdmin(ReferenceAdmin):
    list_display = ["name", "code"]
    search_fields = ["name", "code"]


class PersonSkillInline(admin.TabularInline):
    model = PersonSkill
    extra = 0
    can_delete = False
    max_num = 0


class ShiftInline(admin.TabularInline):
    model = Shift
    extra = 0
    can_delete = False
    max_num = 0


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People are changed in the office, where it is journalled."""

    list_display = ["username", "name", "role", "region", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "name", "email"]
    list_select_related = ["region"]
    fields = [
        "username",
        "name",
        "role",
        "region",
        "organisation",
        "email",
        "language",
        "is_active",
        "date_joined",
        "last_login",
    ]
    inlines = [PersonSkillInline, ShiftInline]
