import re

import pytest
from django.urls import reverse

PASSWORD = "correct horse battery"


def log_in(client, username: str, password: str = PASSWORD, **kwargs):
    return client.post(reverse("login"), {"username": username, "password": password}, **kwargs)


@pytest.mark.parametrize(("who", "where"), [("manager", "office:home"), ("engineer", "field:today")])
def test_a_person_logs_in_and_starts_where_their_work_is(client, request, who, where) -> None:
    person = request.getfixturevalue(who)
    answer = log_in(client, person.username, follow=True)
    assert answer.redirect_chain[-1][0] == reverse(where)
    client.post(reverse("logout"))
    assert client.get(reverse(where)).status_code == 302


def test_a_wrong_password_is_told_and_many_wait_for_that_person_only(client, manager, dispatcher) -> None:
    answer = log_in(client, "manager", "wrong")
    assert answer.status_code == 422 and "do not fit" in answer.content.decode()
    for _again in range(8):
        answer = log_in(client, "manager", "wrong")
    assert answer.status_code == 429 and "wait ten minutes" in answer.content.decode()
    assert log_in(client, "manager").status_code == 429  # the right one, too
    assert log_in(client, "dispatcher").status_code == 302


def test_a_new_password_comes_by_mail_and_its_link_works_once(client, manager, mailoutbox) -> None:
    client.post(reverse("password-reset"), {"email": manager.email})
    [mail] = mailoutbox
    link = re.search(r"https?://[^/]+(/\S+)", mail.body).group(1)
    form = client.get(link, follow=True)
    new = {"new_password1": "another horse battery", "new_password2": "another horse battery"}
    client.post(form.redirect_chain[-1][0], new)
    assert log_in(client, "manager").status_code == 422
    assert log_in(client, "manager", "another horse battery").status_code == 302
    client.logout()
    assert "used or is too old" in client.get(link, follow=True).content.decode()


def test_nobody_learns_whether_an_address_is_known(client, manager, mailoutbox) -> None:
    known = client.post(reverse("password-reset"), {"email": manager.email}, follow=True)
    unknown = client.post(reverse("password-reset"), {"email": "nobody@fieldloop.example"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert len(mailoutbox) == 1


def test_who_is_switched_off_is_out_at_once(client, manager, dispatcher) -> None:
    log_in(client, "dispatcher")
    assert client.get(reverse("office:home")).status_code == 200
    dispatcher.is_active = False
    dispatcher.save()
    assert client.get(reverse("office:home")).status_code == 302
    assert log_in(client, "dispatcher").status_code == 422


def test_the_language_is_the_browsers_until_somebody_chooses(client, manager) -> None:
    assert "登录" in client.get(reverse("login"), HTTP_ACCEPT_LANGUAGE="zh-CN").content.decode()
    log_in(client, "manager")
    client.post(reverse("language"), {"language": "en"})
    manager.refresh_from_db()
    assert manager.language == "en"
    assert "Merchants" in client.get(reverse("office:home"), HTTP_ACCEPT_LANGUAGE="zh-CN").content.decode()
