import pytest

from toolkit.markdown import render_markdown


def test_what_people_write_becomes_html():
    html = render_markdown(
        "# Steps\n\n1. Open the **lid**\n2. [Manual](https://maker.example/a)\n\n| a |\n|---|\n| 1 |"
    )
    assert "<h3>Steps</h3>" in html and "<strong>lid</strong>" in html and "<td>1</td>" in html
    assert '<a href="https://maker.example/a" target="_blank" rel="noopener noreferrer">Manual</a>' in html


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<b>)",
        "![x](https://spy.example/pixel.png)",
        '<img src=x onerror="alert(1)">',
        "<iframe src=//spy.example></iframe>",
        '[x](https://a.example "onmouseover=alert(1)")',
        "<style>body{display:none}</style>",
        "<svg/onload=alert(1)>",
    ],
)
def test_nothing_that_runs_or_loads_comes_through(evil):
    html = render_markdown(evil)
    assert not any(
        mark in html for mark in ("<script", "<img", "<iframe", "<style", "<svg", 'href="javascript', 'href="data')
    )
    assert " onmouseover=" not in html
