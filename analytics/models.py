from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from analytics.scorecard import REASONS, Scorecard
from merchants.models import Merchant
from workforce.models import RegionScopedQuerySet, User
from workorders.models import WorkOrder


class Kind(models.TextChoices):
    CHURN = "churn", _("Churn risk")
    UPSELL = "upsell", _("Upsell potential")


class ScoreModelQuerySet(models.QuerySet):
    def with_use(self) -> "ScoreModelQuerySet":
        """`is_in_use`: whether merchants were last scored with it."""
        last = Scoring.objects.order_by("-as_of").values("pk")[:1]
        return self.annotate(
            is_in_use=Exists(
                Scoring.objects.filter(Q(churn=OuterRef("pk")) | Q(upsell=OuterRef("pk")), pk=Subquery(last))
            )
        )


class ScoreModel(models.Model):
    """The register: every scorecard that was ever scored with or proposed, what it was made of and how good it was.

    `reference` counts the merchants by bin of each characteristic when it was first scored with; `drift` is how far they
    are from that now (stability indices).
    """

    WARN_ABOVE, FALL_BACK_ABOVE = 0.2, 0.5

    number = models.SlugField(_("number"), max_length=20, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    version = models.PositiveIntegerField(_("version"))
    is_rules = models.BooleanField(_("rules"), default=False, help_text=_("Points set by experts, not learnt."))
    card = models.JSONField(help_text="analytics.scorecard.Scorecard")
    data_hash = models.CharField(_("hash of the data"), max_length=64, blank=True)
    code_version = models.CharField(_("version of the code"), max_length=64)
    metrics = models.JSONField(_("figures"), default=dict, blank=True)
    reference = models.JSONField(default=dict, blank=True)
    drift = models.JSONField(_("drift"), default=dict, blank=True)
    made_at = models.DateTimeField(_("made"), null=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    approved_at = models.DateTimeField(_("approved"), null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by"))
    is_active = models.BooleanField(_("chosen"), default=False)

    objects = ScoreModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="model_version_once"),
            models.UniqueConstraint(fields=["kind"], condition=Q(is_active=True), name="one_active_model"),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(is_rules=True) | Q(approved_at__isnull=False),
                name="active_model_approved",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:model-detail", args=[self.number])

    @cached_property
    def scorecard(self) -> Scorecard:
        return Scorecard.from_json(self.card)

    @property
    def highest_drift(self) -> float:
        return max(self.drift.values(), default=0.0)

    @property
    def is_drifting(self) -> bool:
        return self.highest_drift > self.WARN_ABOVE

    @property
    def is_adrift(self) -> bool:
        return self.highest_drift > self.FALL_BACK_ABOVE


class Scoring(models.Model):
    """One pass over all merchants, as of the end of a day. It goes on where it stopped, in whichever process."""

    as_of = models.DateField(_("as of"), unique=True)
    churn = models.ForeignKey(ScoreModel, models.PROTECT, related_name="+")
    upsell = models.ForeignKey(ScoreModel, models.PROTECT, related_name="+")
    peers = models.JSONField(default=dict, help_text="figures of a usual merchant, by trade")
    counts = models.JSONField(default=dict, help_text="merchants by kind, characteristic and bin")
    scored_to = models.BigIntegerField(default=0, help_text="the last merchant that is done")
    merchants = models.PositiveIntegerField(_("merchants"), default=0)
    began_at = models.DateTimeField(_("began"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    learnt_at = models.DateTimeField(null=True, help_text="when a model was tried to be learnt with its peers")

    class Meta:
        verbose_name = _("scoring")
        verbose_name_plural = _("scorings")
        ordering = ["-as_of"]

    def __str__(self) -> str:
        return str(self.as_of)


@dataclass(frozen=True)
class Contribution:
    """What one characteristic adds to a score: with the merchant's figure and that of its peers, None where unknown.

    `about` is the kind of terminal that is lacking.
    """

    name: str
    points: int
    figure: float | None
    peers: float | None
    about: str = ""


class InsightQuerySet(RegionScopedQuerySet):
    region_field = "merchant__region"

    def visible_to(self, user: User) -> "InsightQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)

    def search(self, text: str) -> "InsightQuerySet":
        return self.filter(merchant__in=Merchant.objects.search(text).values("pk"))


class Insight(models.Model):
    """What a model says of a merchant. `base` and the points of `contributions` sum to `score`, exactly.

    `money_cents` is a year's: what the merchant brings and would be lost, or what is to be gained times its probability.
    """

    merchant = models.ForeignKey(
        Merchant, models.CASCADE, related_name="insights", db_index=False, verbose_name=_("merchant")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    score = models.IntegerField(_("score"))
    probability = models.FloatField(_("probability"))
    money_cents = models.BigIntegerField(_("money"))
    base = models.IntegerField()
    contributions = models.JSONField(help_text="[name, points, figure, peers' figure, about] of each characteristic")
    top_reason = models.CharField(_("main reason"), max_length=20, blank=True)
    is_alarm = models.BooleanField(_("alarm"), default=False, help_text="analytics.decay.ALARM was reached")
    as_of = models.DateField(_("as of"))
    model = models.ForeignKey(
        ScoreModel, models.PROTECT, related_name="insights", db_index=False, verbose_name=_("model")
    )
    care_order = models.ForeignKey(WorkOrder, models.SET_NULL, null=True, related_name="+", verbose_name=_("care task"))

    objects = InsightQuerySet.as_manager()

    class Meta:
        verbose_name = _("insight")
        verbose_name_plural = _("insights")
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "kind"], name="insight_once"),
            models.CheckConstraint(condition=Q(probability__range=(0, 1)), name="insight_probability"),
        ]
        indexes = [
            models.Index(fields=["kind", "-score", "id"], name="insight_by_score"),
            models.Index(fields=["kind", "-money_cents", "id"], name="insight_by_money"),
            models.Index(fields=["kind", "top_reason", "-score", "id"], name="insight_by_reason"),
            models.Index(fields=["-score", "id"], name="insight_alarms", condition=Q(is_alarm=True)),
            models.Index(fields=["-score", "id"], name="insight_in_care", condition=Q(care_order__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.merchant}"

    def get_absolute_url(self) -> str:
        return f"{self.merchant.get_absolute_url()}#insights"

    @property
    def parts(self) -> list[Contribution]:
        """The highest first."""
        return sorted((Contribution(*row) for row in self.contributions), key=lambda part: -part.points)

    @property
    def reasons(self) -> list[Contribution]:
        return [part for part in self.parts[:REASONS] if part.points > 0]

    @property
    def percent(self) -> int:
        return round(100 * self.probability)

    @property
    def money(self) -> Decimal:
        return Decimal(self.money_cents) / 100


class Feedback(models.Model):
    """What a person says of an insight: the label of the figures it was made of."""

    class Verdict(models.TextChoices):
        RIGHT = "right", _("It was right")
        FALSE_ALARM = "false", _("False alarm")
        SAVED = "saved", _("Right, and the merchant was saved")

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="+", verbose_name=_("merchant"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    verdict = models.CharField(_("verdict"), max_length=5, choices=Verdict)
    as_of = models.DateField(_("as of"))
    model = models.ForeignKey(ScoreModel, models.PROTECT, related_name="+", verbose_name=_("model"))
    score = models.IntegerField(_("score"))
    contributions = models.JSONField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["merchant", "kind", "as_of"], name="feedback_once_a_day")]
        indexes = [models.Index(fields=["kind", "-at"], name="feedback_by_kind")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.merchant}"
