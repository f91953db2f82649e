import pytest
from django.conf import settings
from django.core import mail as mailbox

from notifications.actions import send_due_notices
from notifications.models import Notice
from tests.workorders.reading import last_entry
from workorders import actions
from workorders.models import TrackingLink

pytestmark = pytest.mark.django_db


def test_only_the_hash_is_kept_and_each_link_is_another(pooled, dispatcher, minutes):
    tokens = {actions.make_tracking_link(pooled, by=dispatcher, at=minutes(1)) for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) == 32 for token in tokens)  # 192 bits
    for link in TrackingLink.objects.all():
        row = " ".join(map(str, TrackingLink.objects.filter(pk=link.pk).values_list().get()))
        assert link.token not in row
        assert actions.order_by_token(link.token, minutes(1)) == pooled
    assert last_entry(pooled).verb == "workorders.make_tracking_link"
    assert not any(token in str(last_entry(pooled).changes) for token in tokens)


def test_a_guess_opens_nothing(pooled, at):
    assert actions.order_by_token("A" * 32, at) is None
    assert actions.order_by_token("", at) is None


def test_the_secret_key_is_part_of_the_token(pooled, settings):
    link = pooled.tracking_links.get()
    token = link.token
    settings.SECRET_KEY = "another one, as long as it has to be for this"
    assert link.token != token


def test_every_mail_of_a_request_names_the_same_link_and_no_row_holds_it(completed, minutes):
    token = completed.requests.get().tracking_link.token
    notices = Notice.objects.filter(address="owner@shop.example")
    assert not any(token in f"{notice.url} {notice.body}" for notice in notices)
    send_due_notices(at=minutes(60))
    mails = [mail for mail in mailbox.outbox if mail.to == ["owner@shop.example"]]
    assert len(mails) == notices.count() == 4
    assert all(f"{settings.SITE_URL}/m/t/{token}/" in mail.body for mail in mails)
    assert last_entry(completed).verb == "workorders.complete_work_order"
