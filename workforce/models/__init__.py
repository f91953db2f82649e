from workforce.models.badges import Badge
from workforce.models.hours import Booking, Shift
from workforce.models.organisations import Organisation, OrganisationQuerySet
from workforce.models.people import PersonSkill, SavedView, Skill, User, UserManager, UserQuerySet, in_shift
from workforce.models.regions import Boundary, Region, RegionQuerySet, RegionRulesQuerySet, RegionScopedQuerySet
from workforce.models.tracks import Fix, Position

__all__ = [
    "Badge",
    "Booking",
    "Boundary",
    "Fix",
    "Organisation",
    "OrganisationQuerySet",
    "PersonSkill",
    "Position",
    "Region",
    "RegionQuerySet",
    "RegionRulesQuerySet",
    "RegionScopedQuerySet",
    "SavedView",
    "Shift",
    "Skill",
    "User",
    "UserManager",
    "UserQuerySet",
    "in_shift",
]
