"""What the Django admin is for: reference data may be edited, records with a life cycle are only looked at."""

from django.contrib import admin


class OpsAdmin(admin.ModelAdmin):
    """Open to who may log in to the admin at all (User.is_staff)."""

    def has_module_permission(self, request) -> bool:
        return request.user.is_staff

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_staff


class ReferenceAdmin(OpsAdmin):
    """Rows that describe how we work: types, policies, regions, skills."""

    def has_add_permission(self, request) -> bool:
        return request.user.is_staff

    def has_change_permission(self, request, obj=None) -> bool:
        return request.user.is_staff

    def has_delete_permission(self, request, obj=None) -> bool:
        return request.user.is_staff


class ReadOnlyAdmin(OpsAdmin):
    """Rows that only actions may change."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
