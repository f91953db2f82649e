"""What every public page promises, and in which language."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.public.conftest import filing, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def urls(sticker_url, token) -> list[str]:
    tracking = reverse("public:tracking", args=[token])
    return [sticker_url, tracking, tracking + "message/", "/m/check/", "/m/s/unknown/", "/m/t/unknown/", "/m/r/x.y/"]


def test_nothing_is_stored_indexed_or_told_to_others(client, clock, urls):
    for url in urls:
        response = client.get(url)
        assert response["Referrer-Policy"] == "no-referrer", url
        assert response["X-Robots-Tag"] == "noindex, nofollow", url
        assert "no-store" in response["Cache-Control"], url
        assert '<meta name="robots" content="noindex, nofollow">' in said(response), url
        assert "'unsafe-inline'" not in response["Content-Security-Policy"].replace(
            "style-src-attr 'unsafe-inline'", ""
        )


def test_nobody_needs_to_be_logged_in_or_hold_a_cookie(clock, urls, sticker_url):
    visitor = Client(enforce_csrf_checks=True)
    for url in urls:
        assert visitor.get(url).status_code in (200, 404), url
    visitor.cookies.clear()
    assert visitor.post(sticker_url, filing(), headers={"origin": "null"}).status_code == 302


def test_the_language_is_the_browsers_until_the_merchant_chooses(client, sticker_url):
    assert '<html lang="en">' in said(client.get(sticker_url, headers={"accept-language": "en-GB"}))
    assert '<html lang="zh-hans">' in said(client.get(sticker_url, headers={"accept-language": "zh-CN,zh;q=0.9"}))
    response = client.post("/m/language/", {"language": "zh-hans", "next": sticker_url})
    assert response.url == sticker_url
    assert '<html lang="zh-hans">' in said(client.get(sticker_url, headers={"accept-language": "en"}))


@pytest.mark.parametrize("elsewhere", ["", "//evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_the_language_switch_leads_to_our_own_pages_only(client, elsewhere):
    assert client.post("/m/language/", {"language": "en", "next": elsewhere}).status_code == 404
