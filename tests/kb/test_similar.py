"""Earlier cases that are like this one: by text, by facts, by cause, and never by a little."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb import services
from kb.models import CaseFact, Guide, Investigation, Resolution
from kb.services.diagnosing.learn import conclude_in_words
from tests.api.conftest import key_client
from tests.factories import make_user
from tests.kb.unreachable import TEXT, make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

JWT = "docker logs academy-api: ModuleNotFoundError: No module named 'jwt'"


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


@pytest.fixture
def jisu() -> User:
    return make_user()


def similar(text: str) -> tuple[services.SimilarCase, ...]:
    return services.diagnose(services.find_fixes(text)).similar


def fixed(text: str, by: User | None = None, *, words: str = "") -> Investigation:
    """A case that was concluded: with the guide's own fix, or in words."""
    found = services.find_fixes(text, by=by)
    if words:
        conclude_in_words(found, words, by=by)
    else:
        start = Resolution.objects.get(slug="start", cause__guide__slug="connection")
        services.conclude(found, start, worked=True, by=by)
    return found


def test_the_same_text_with_other_numbers_is_the_same_case(guide: Guide, jisu: User) -> None:
    before = fixed(f"2026-11-20 10:11:12 pid 4711 {TEXT}", jisu)

    (one,) = similar(f"2026-11-25 23:59:01 pid 99 {TEXT}")

    assert (one.case, one.is_same_text, one.is_same_cause) == (before, True, True)
    assert one.case.what_worked == "start"
    assert one.case.concluded_by == jisu


def test_another_text_with_the_same_rare_facts_is_similar_and_says_which(
    guide: Guide, jisu: User
) -> None:
    before = fixed(f"{JWT}: deploy 7", jisu, words="added pyjwt to the image")
    text = "docker logs academy-api\nthe worker died: No module named 'jwt'"

    (one,) = similar(text)

    assert (one.case, one.is_same_text) == (before, False)
    assert {shared.term for shared in one.shared} >= {"module:jwt", "container:academy-api"}
    assert {text[slice(*shared.span)] for shared in one.shared} >= {"jwt", "academy-api"}
    assert one.case.what_worked == "added pyjwt to the image"


def test_a_little_in_common_is_not_shown(guide: Guide, jisu: User) -> None:
    fixed("HTTP 502 from https://shop.example.com/", jisu, words="restarted the shop")
    assert similar("HTTP 502 from https://shop.example.com/cart while paying")

    assert similar("HTTP 502 from https://mail.example.org/ for tenant acme") == ()


def test_what_many_cases_share_says_less(guide: Guide, jisu: User) -> None:
    text = "ModuleNotFoundError: No module named 'jwt'"
    fixed(f"{text} in cron", jisu, words="installed it")
    (few,) = similar(f"{text} in worker")

    for number in range(40):
        fixed(f"{text} in {number * 'x'}shop", jisu, words=f"way {number}")

    many = similar(f"{text} in worker")
    assert max(one.points for one in many) < few.points


def test_the_cause_alone_is_not_enough_and_adds_to_a_fact(guide: Guide, jisu: User) -> None:
    before = fixed(TEXT, jisu)

    found = similar("ERR_CONNECTION_REFUSED on the third tab")

    assert [one.case for one in found] == [before]
    assert found[0].is_same_cause
    assert not found[0].is_same_text
    assert similar("Server cannot be reached, nothing else is known") == ()


def test_cases_of_the_same_text_come_before_those_that_share_facts(
    guide: Guide, jisu: User
) -> None:
    same = fixed(JWT, jisu, words="added it")
    fixed(f"worker exited: {JWT}", jisu, words="rebuilt the image")

    found = similar(JWT)

    assert len(found) == 2
    assert found[0].case == same


def test_what_everybody_did_is_one_line(guide: Guide) -> None:
    fixed(f"the page stays white, {TEXT}", make_user("c"))
    for name in ("a", "b"):
        last = fixed(TEXT, make_user(name))

    (one,) = similar(TEXT)

    assert (one.case, one.more) == (last, 2)


def test_what_nobody_concluded_is_found_by_nobody(guide: Guide, jisu: User) -> None:
    services.find_fixes(JWT, by=jisu)

    assert similar(JWT) == ()
    assert not CaseFact.objects.filter(is_concluded=True).exists()


def test_a_case_is_not_similar_to_itself(guide: Guide, jisu: User) -> None:
    assert services.diagnose(fixed(JWT, jisu, words="added it")).similar == ()


def test_a_case_from_before_its_facts_were_stored_is_found_once_it_ends(
    guide: Guide, jisu: User
) -> None:
    old = services.find_fixes(JWT, by=jisu)
    CaseFact.objects.all().delete()

    conclude_in_words(old, "added it", by=jisu)

    assert [one.case for one in similar(f"worker exited: {JWT}")] == [old]


def test_another_version_of_the_fingerprint_is_not_the_same_text(guide: Guide, jisu: User) -> None:
    before = fixed("zorkmid ledger drained", jisu, words="put it back")
    assert similar("zorkmid ledger drained")

    Investigation.objects.filter(pk=before.pk).update(fingerprint=f"v0{before.fingerprint[2:]}")

    assert similar("zorkmid ledger drained") == ()


def test_queries_do_not_grow_with_cases(guide: Guide, jisu: User) -> None:
    fixed(TEXT, jisu)
    fixed(JWT, jisu, words="added it")
    asked = services.find_fixes(f"{TEXT} {JWT}")
    with CaptureQueriesContext(connection) as few:
        services.diagnose(asked)

    for number in range(12):
        fixed(f"{TEXT} {JWT}", make_user(f"person{number}"), words=f"way {number}")
        fixed(TEXT, make_user(f"other{number}"))
    with CaptureQueriesContext(connection) as many:
        found = services.diagnose(asked).similar

    assert len(found) == 5
    assert len(many) <= len(few)


def test_the_lookup_reads_its_index(guide: Guide, jisu: User) -> None:
    """At a million cases a scan of the table would be felt; `EXPLAIN` says what is read."""
    fixed(JWT, jisu, words="added it")
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    sql = (
        f"{explain} SELECT term, investigation_id FROM kb_casefact "
        "WHERE term = 'module:jwt' AND is_concluded ORDER BY investigation_id DESC LIMIT 300"
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A table of one row is scanned whatever indexes it has.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(sql)
        plan = " ".join(str(row) for row in cursor.fetchall())

    assert "concluded_by_term" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_the_page_says_why_and_what_worked(client: Client) -> None:
    make_unreachable()
    mina = person(client, *RESPONDER)
    before = fixed(f"{JWT}: deploy 7", mina, words="added pyjwt to the image")
    text = "docker logs academy-api\nthe worker died: No module named 'jwt'"
    again = services.find_fixes(text)

    page = client.get(again.get_absolute_url()).content.decode()

    assert "Seen before" in page
    assert '<p class="title">added pyjwt to the image</p>' in page
    assert f'<a href="{before.get_absolute_url()}">docker logs academy-api: Module' in page
    assert 'Module<b class="mono">jwt</b>' in page
    assert "No guide knows this error, but it was fixed before" in page


def test_the_api_and_the_terminal_say_it_too(starter: None) -> None:
    api = key_client("kb.match_text", "kb.view_guide")
    before = fixed(f"{JWT}: deploy 7", make_user(), words="added pyjwt to the image")
    text = "docker logs academy-api\nflux drained: No module named 'jwt'"

    body = api.post("/api/v1/match", {"text": text}, format="json").json()
    said = api.post("/api/v1/match.txt?lang=en", text, content_type="text/plain").content.decode()

    (one,) = body["similar"]
    assert (one["investigation"], one["worked"], one["by"]) == (
        before.public_id,
        "added pyjwt to the image",
        "jisu",
    )
    assert one["why"]["same_text"] is False
    assert {"type": "module", "value": "jwt", "span": [text.index("'jwt'") + 1, len(text) - 1]} in (
        one["why"]["shared"]
    )
    assert "before      added pyjwt to the image (" in said
    assert before.get_absolute_url() in said


def test_cases_that_were_concluded_before_are_filled_by_the_migration(
    guide: Guide, jisu: User
) -> None:
    old = fixed(JWT, jisu, words="added it")
    services.find_fixes(JWT, by=jisu)
    CaseFact.objects.all().delete()

    import_module("kb.migrations.0004_fill_case_facts").fill(apps, None)

    assert {fact.investigation for fact in CaseFact.objects.all()} == {old}
    assert [one.case for one in similar(f"worker exited: {JWT}")] == [old]
