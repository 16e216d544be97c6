"""The page checks find what they are for: one wrong page per rule."""

from __future__ import annotations

import pytest

from tests.pages import faults, read_page

RIGHT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Right</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/s.css"></head>
<body><a href="#main">Skip</a><main id="main"><h1>Right</h1>
<form method="post" id="f"><fieldset aria-describedby="h"><legend>Question</legend><p id="h">Hint</p>
<label><input type="radio" name="a" value="1">One</label> <label><input type="radio" name="a" value="2">Two</label>
</fieldset><label for="t">Words</label><textarea id="t" name="t"></textarea><input type="hidden" name="h">
<button>Send</button></form><img src="/x.svg" alt=""><script src="/x.js"></script></main></body></html>"""


def test_a_right_page_has_no_faults():
    assert faults(RIGHT) == []
    assert read_page(RIGHT).title == "Right"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("<!DOCTYPE html>", "", "no valid HTML5"),
        ("</fieldset>", "", "no valid HTML5"),
        ('lang="en"', "", "has no lang"),
        ("<title>Right</title>", "<title> </title>", "no title"),
        ("<h1>Right</h1>", "<h1>Right</h1><h1>Two</h1>", "exactly one h1"),
        ('<main id="main">', '<div id="main">', "no valid HTML5"),
        ("initial-scale=1", "maximum-scale=1", "forbids zoom"),
        ('id="t"', 'id="main"', "id main stands 2 times"),
        ('href="#main"', 'href="#other"', "refers to id other"),
        ('aria-describedby="h"', 'aria-describedby="h gone"', "refers to id gone"),
        ('<label for="t">Words</label>', "", "<textarea name=t> has no label"),
        ("One</label>", "</label>One", "<input name=a> has no label"),
        ("<legend>Question</legend>", "", "the group a has no fieldset with a legend"),
        ('<form method="post"', "<form", "does not say its method"),
        ("<button>Send", "<button>", "<button> says nothing"),
        (' alt=""', "", "no alt"),
        ('<script src="/x.js">', "<script>alert(1)", "a script stands in the page"),
        ("<h1>", '<h1 style="color: red">', "carries style"),
        ("<h1>", '<h1 onclick="x()">', "carries script"),
        ('href="/s.css"', 'href="https://elsewhere.example/s.css"', "another host"),
        ("Question", "{{ question }}", "would read `{{`"),
        ("Question", "&amp;lt;b&gt;", "would read `&lt;`"),
        ("Hint", "None", "<p> says None"),
    ],
)
def test_each_fault_is_found(right, wrong, said):
    assert right in RIGHT
    found = faults(RIGHT.replace(right, wrong, 1))

    assert any(said in one for one in found), found


def test_a_faulty_page_is_refused_with_the_list():
    with pytest.raises(AssertionError, match="carries script"):
        read_page(RIGHT.replace("<h1>", '<h1 onclick="x()">'))
