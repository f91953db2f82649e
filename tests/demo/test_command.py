import io

import pytest
from django.core.management import CommandError, call_command

from demo import site
from journal.models import Command
from merchants.models import Merchant
from workforce.models import User
from workorders.models import WorkOrder
from workorders.queries import deviations

TINY = {"merchants": 20, "days": 10, "orders": 8}


@pytest.mark.django_db(transaction=True)
def test_two_processes_build_it_and_an_interrupted_building_begins_anew(at):
    site.begin(at)
    User.objects.create_user("half-built", name="Half", role="ops")
    out = io.StringIO()
    call_command("build_company", **TINY, stdout=out)
    assert "beginning anew" in out.getvalue()
    assert not User.objects.filter(username="half-built").exists()
    assert f"{Merchant.objects.count()} merchants and {WorkOrder.objects.count()} work orders" in out.getvalue()
    assert list(deviations(WorkOrder.objects.all())) == []
    assert Command.objects.get(pk=site.BUILDING).answer["merchants"] == 20
    with pytest.raises(CommandError, match="already"):
        call_command("build_company", **TINY)
