"""Links lead to guides and sections that are there; pictures from elsewhere never load."""

import re
from html.parser import HTMLParser

import pytest
from django.utils import translation

from kb.models import Guide
from kb.rendering import Around, article, render
from kb.rendering.pictures import Picture
from kb.services.guides.article_links import targets_of
from tests.factories import make_guide, make_translation


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


@pytest.fixture
def connection(db: None) -> Guide:
    guide = make_guide(
        "connection", title="Server cannot be reached", body="## Look {#look}\n\n## 다시 보기\n"
    )
    make_translation(guide, title="서버 접속 불가", body="## 보기 {#look}\n")
    return guide


def shown(markdown: str) -> str:
    text = article(markdown)
    return text.html(Around(guides=targets_of(text.guide_names), is_article=True))


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("connection.md", "/g/connection/"),
        ("./connection.md", "/g/connection/"),
        ("../guides/connection.md#look", "/g/connection/#look"),
        ("connection.ko.md", "/g/connection/"),
        ("connection.en.md#look", "/g/connection/#look"),
        ("./서버_접속_불가.md", "/g/connection/"),
        ("%EC%84%9C%EB%B2%84_%EC%A0%91%EC%86%8D_%EB%B6%88%EA%B0%80.md", "/g/connection/"),
        ("Server_cannot_be_reached.md", "/g/connection/"),
        ("Connection.md", "/g/connection/"),
        ("/g/connection/#look", "/g/connection/#look"),
        ("connection.md#다시-보기", "/g/connection/#다시-보기"),
    ],
)
def test_a_link_leads_to_the_guide_it_means(connection: Guide, link: str, leads_to: str) -> None:
    assert f'<a href="{leads_to}">it</a>' in shown(f"[it]({link})")


@pytest.mark.parametrize(
    "link",
    ["./마이페이지_데이터베이스_연동_해결_보고서.md", "other.md#look", "/g/other/", "draft.md"],
)
def test_a_guide_that_is_not_there_is_said_to_be_missing(connection: Guide, link: str) -> None:
    make_guide("draft", title="A draft", state=Guide.State.DRAFT)

    html = shown(f"[it]({link})")

    assert "href" not in html
    assert 'class="missing-guide"' in html
    assert "missing guide</span>" in html


def test_a_section_that_is_not_there_is_said_to_be_missing(connection: Guide) -> None:
    other = shown("[it](connection.md#nowhere)")
    own = shown("## Here\n\n[a](#here) [b](#nowhere)")

    assert '<a href="/g/connection/">it</a> <span class="tag warn">missing section</span>' in other
    assert '<a href="#here">a</a>' in own
    assert '<a href="#nowhere"' not in own
    assert "missing section" in own


def test_a_link_out_of_the_base_stays_as_it_is(connection: Guide) -> None:
    html = shown("[a](https://a.example/x.md) [b](mailto:a@b.example) [c](/guides/)")

    assert html.count("<a href=") == 3
    assert "missing" not in html


def test_looking_up_links_takes_two_queries_whatever_their_number(
    connection: Guide, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        make_guide(f"guide-{number}", title=f"Guide {number}")
    names = {"connection", "서버_접속_불가", *(f"guide-{n}" for n in range(5))}

    with django_assert_max_num_queries(2):
        assert len(targets_of(names)) == 7


# Pictures


@pytest.mark.parametrize(
    "markdown",
    [
        "![chart](https://a.example/x.png)",
        "![chart](//a.example/x.png)",
        "![chart](/\\a.example/x.png)",
        '<img src="https://a.example/x.png" alt="chart">',
        '<img src="https://a.example/x.png" srcset="https://a.example/2.png 2x" alt="chart">',
        "[![chart](https://a.example/x.png)](connection.md)",
        "![chart][1]\n\n[1]: https://a.example/x.png",
    ],
    ids=["markdown", "no scheme", "backslash", "html", "srcset", "in a link", "by reference"],
)
def test_a_picture_from_another_host_is_named_and_not_loaded(markdown: str) -> None:
    html = render(markdown).html

    assert "<img" not in html
    assert " src" not in html
    assert "chart" in html
    assert "picture from a.example is not loaded" in html


@pytest.mark.parametrize(
    "address", ["data:image/png;base64,AAAA", "javascript:alert(1)", "./shot.png", "/logout/", ""]
)
def test_a_picture_that_is_not_in_the_base_is_named(address: str) -> None:
    html = render(f"![chart]({address})").html

    assert "<img" not in html
    assert "href" not in html
    assert "picture is not in this base" in html


def test_a_picture_of_our_own_keeps_its_place_while_it_loads() -> None:
    digest = "a" * 64
    own = Picture(address=f"/pictures/{digest}.png", width=640, height=480)
    text = article(f'![a "chart" <b>](/pictures/{digest}.png "Load of one day")\n\nas it was')

    html = text.html(Around(pictures={digest: own}))

    assert text.picture_digests == {digest}
    assert '<figure class="picture"><img ' in html
    assert f'src="/pictures/{digest}.png"' in html
    assert 'width="640" height="480" loading="lazy"' in html
    assert "<figcaption>Load of one day</figcaption></figure>" in html
    assert "picture is missing" in text.html(Around())


# Hostile input


class Strict(HTMLParser):
    """Every tag and attribute that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen += [(tag, name, value or "") for name, value in [*attrs, ("", "")]]


HOSTILE = [
    '<abbr title="<img src=https://a.example/x> onmouseover=alert(1) x=">a</abbr>',
    '<abbr title="<a href=&quot;x.md&quot; onclick=alert(1)>">a</abbr>',
    '<div><span title="\n\n```bash\n" onmouseover="alert(1)\n```\n\n">x</span></div>',
    '![" onerror="alert(1)](https://a.example/x.png)',
    '![x](https://a.example/" onerror="alert(1))',
    '[x](connection.md#"onclick="alert(1))',
    '<a href="connection.md" onclick="alert(1)">x</a>',
    "`<img src=x onerror=alert(1)>`",
    "```bash\ncurl {{host}} '<img src=x onerror=alert(1)>'\n```",
    '## x" onclick="alert(1) {#a}',
    "## <img src=https://a.example/x onerror=alert(1)> {#b}",
    '- [ ] <img src=https://a.example/x onerror=alert(1)> "x',
    '- [ ] a" onclick="alert(1)\n- [ ] b',
    '<p><img src="https://a.example/x.png" title="</p><script>alert(1)</script>"></p>',
    '<input type="checkbox" name="item" value="x" form="ticks">',
    '<form id="ticks"><button form="ticks">x</button></form>',
    '<span data-fill="port" class="fill">x</span>',
    "<meta http-equiv=refresh content=0;url=https://a.example/>",
    '<link rel=stylesheet href="https://a.example/x.css">',
    '<object data="https://a.example/x"></object><embed src="https://a.example/x">',
    '<video src="https://a.example/x" poster="https://a.example/y"></video>',
    '<svg><image href="https://a.example/x.png"/></svg>',
    '<math href="javascript:alert(1)">x</math>',
]


@pytest.mark.parametrize("markdown", HOSTILE)
@pytest.mark.parametrize("is_article", [True, False])
def test_nothing_hostile_runs_or_loads(markdown: str, is_article: bool) -> None:
    from kb.rendering.literals import Fillable

    text = article(
        f"before\n\n{markdown}\n\nafter", (Fillable(name="host", kind="host", literal="a.b"),)
    )
    html = text.html(Around(is_article=is_article, values={"host": "c.d"}))

    assert "before" in html
    seen = Strict(html).seen
    forbidden = {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "video",
        "svg",
        "link",
        "meta",
        "form",
    }
    assert not forbidden & {tag for tag, _name, _value in seen}
    names = {name for _tag, name, _value in seen}
    assert not [
        name for name in names if name.startswith("on") or name in ("style", "src", "srcset")
    ]
    assert not [value for _tag, name, value in seen if name == "href" and "script:" in value]
    # What only we may write: a box of a checklist, a button, a mark in a command.
    boxes = [value for tag, name, value in seen if (tag, name) == ("input", "name")]
    assert len(boxes) == markdown.count("- [ ]") * is_article
    assert not re.search(r'data-fill="(?!host")', html)
