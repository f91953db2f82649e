from demo.company import Plan, build
from demo.driving import drive_here
from merchants.models import Merchant
from workforce.models import User
from workorders.models import WorkOrder


def test_it_speaks_english(db, at):
    build(Plan(at=at, language="en", merchants=20, days=10, orders=8), lambda steps: None, drive_here)
    texts = [
        text
        for rows in (
            Merchant.objects.values_list("name", "address", "region__name", "trade__name"),
            User.objects.values_list("name", "language"),
            WorkOrder.objects.values_list("summary", "resolution", "cancel_reason", "type__procedure__name"),
        )
        for row in rows
        for text in row
    ]
    assert [text for text in texts if any("一" <= letter <= "鿿" for letter in text or "")] == []
