"""Checklists: items have names that last, boxes can be ticked, and a case keeps the ticks."""

import re

import pytest
from django.test import Client
from django.utils import translation

from kb.models import ChecklistTick, Guide, Investigation
from kb.rendering import Around, article
from kb.rendering.slots import Ticks
from tests.factories import make_guide, make_translation
from tests.pages.people import RESPONDER, person

BODY = """
## Look {#look}

- [ ] **The port** is open
- [x] `docker ps` says Up

## Again {#again}

1. [ ] **The port** is open
  - [ ] nested
2. [ ] The port is open
"""


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def items(markdown: str) -> list[str]:
    return [task.item for task in article(markdown).tasks]


def test_an_item_is_named_by_its_section_and_its_words() -> None:
    names = items(BODY)

    assert [name.partition(":")[0] for name in names] == ["look", "look", "again", "again", "again"]
    assert len(set(names)) == 5
    assert names[0].partition(":")[2] == names[2].partition(":")[2]
    assert names[4] == names[2] + "~2"
    assert max(map(len, items("## " + "긴 제목 " * 40 + "\n\n- [ ] a"))) <= 64


def test_a_name_lasts_while_other_things_change() -> None:
    changed = BODY.replace("## Look", "New words.\n\n## See").replace("**The port**", "The  port")
    moved = changed.replace("- [x] `docker ps` says Up\n", "- [ ] new\n- [ ] docker ps says Up\n")

    assert items(changed) == items(BODY)
    assert set(items(BODY)) < set(items(moved))


def test_boxes_can_be_ticked_on_the_guides_page_and_only_show_elsewhere() -> None:
    text = article(BODY)
    here, elsewhere = text.html(Around(is_article=True)), text.html(Around())

    assert (
        here.count('<label class="task-label"><input type="checkbox" class="task" name="item"') == 5
    )
    assert " disabled" not in here
    assert "<span> <strong>The port</strong> is open </span></label>" in here
    assert elsewhere.count(" disabled ") == 5
    assert "<label" not in elsewhere
    assert "progress" not in elsewhere


def test_each_list_tells_how_far_it_is() -> None:
    html = article(BODY).html(Around(is_article=True))

    assert re.findall(r'<span class="task-count">(.*?)</span>', html) == ["1/2", "0/3"]
    assert html.index("1/2") < html.index("docker ps")
    assert "task-count" not in article("- [ ] alone").html(Around(is_article=True))


def test_in_a_case_what_was_ticked_there_counts_and_says_by_whom() -> None:
    name = items(BODY)[0]
    around = Around(
        is_article=True, ticks=Ticks(said={name: "mina, 2026-11-26 06:00"}, can_tick=False)
    )

    html = article(BODY).html(around)

    assert html.count(" checked") == 1
    assert 'title="mina, 2026-11-26 06:00"' in html
    assert html.count(" disabled") == 5
    assert "task-reset" not in html


# In a case, on the server


@pytest.fixture
def guide(db: None) -> Guide:
    return make_guide("connection", body=BODY)


@pytest.fixture
def case(db: None) -> Investigation:
    return Investigation.objects.create(text="refused", fingerprint="x")


def post(client: Client, case: Investigation, **fields: object) -> object:
    return client.post("/g/connection/ticks/", {"case": case.public_id, **fields})


def ticked() -> set[str]:
    return set(ChecklistTick.objects.values_list("item", flat=True))


def test_a_tick_is_kept_with_who_made_it(client: Client, guide: Guide, case: Investigation) -> None:
    user = person(client, *RESPONDER)
    first, second, *_rest = items(BODY)

    answer = post(client, case, item=[first, second])

    assert answer.status_code == 302
    assert answer["Location"] == f"/g/connection/?case={case.public_id}"
    assert ticked() == {first, second}
    assert {tick.by for tick in ChecklistTick.objects.all()} == {user}


def test_only_what_changed_on_the_page_changes(
    client: Client, guide: Guide, case: Investigation
) -> None:
    person(client, *RESPONDER)
    first, second, third, *_rest = items(BODY)
    post(client, case, item=[first, second])

    # Somebody else ticks the third meanwhile; this page saw the first alone.
    post(client, case, item=[third], quiet="1")
    answer = post(client, case, was=[first], quiet="1")

    assert answer.status_code == 204
    assert ticked() == {second, third}
    post(client, case, item=[second])
    assert ChecklistTick.objects.count() == 2


def test_an_item_that_the_guide_does_not_have_is_not_stored(
    client: Client, guide: Guide, case: Investigation
) -> None:
    person(client, *RESPONDER)
    make_translation(guide, body="- [ ] 포트가 열렸다")
    korean = items("- [ ] 포트가 열렸다")

    post(client, case, item=["look:0000000000", "x" * 200, *korean])

    assert ticked() == set(korean)


def test_ticking_is_for_who_works_on_cases(
    client: Client, guide: Guide, case: Investigation
) -> None:
    person(client, "kb.view_guide")

    assert post(client, case, item=items(BODY)[:1]).status_code == 403
    assert ticked() == set()


def test_a_case_that_is_not_there_takes_no_ticks(client: Client, guide: Guide) -> None:
    person(client, *RESPONDER)

    assert client.post("/g/connection/ticks/", {"case": "inv_none", "item": "x"}).status_code == 404
    assert client.get("/g/connection/ticks/").status_code == 405
