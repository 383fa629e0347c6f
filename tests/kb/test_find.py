"""From text to an investigation: what is stored, what is masked, what joins the gaps."""

import itertools

import pytest

from kb import services
from kb.models import Guide, Investigation, SearchGap
from tests.factories import make_cause, make_guide, make_symptom, reindex
from tests.kb.unreachable import TEXT, make_unreachable

pytestmark = pytest.mark.django_db

UNKNOWN_TEXT = "flux capacitor drained below one point twenty one gigawatts"


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


def test_a_known_text_is_matched_and_kept(guide: Guide):
    found = services.find_fixes(TEXT, services=["api"], environment="prod")

    diagnosis = services.diagnose(found)
    assert diagnosis.outcome == "matched"
    assert diagnosis.best_guide == guide
    assert diagnosis.causes[0].cause.slug == "not-running"
    assert (found.text, found.services, found.environment) == (TEXT, ["api"], "prod")
    assert not SearchGap.objects.exists()


def test_secrets_are_masked_before_anything_is_stored(guide: Guide):
    text = f"{TEXT}\nAuthorization: Bearer sk-live-abcdefghijklmnopqrstuvwxyz0123456789"

    found = services.find_fixes(text)

    found.refresh_from_db()
    assert "abcdefghijklmnopqrstuvwxyz" not in found.text
    assert sum(found.redactions.values()) == 1
    assert "8001" in found.text


def test_what_stands_for_a_secret_is_no_word_of_the_paste(guide: Guide):
    secret = make_guide("secret", title="The secret is missing", summary="masked secret, secrets")
    reindex(secret)
    spoken = services.diagnose(services.find_fixes("zorkmid, a secret")).weak
    assert any(one.guide == secret for one in spoken)

    found = services.find_fixes("zorkmid says: token=abcdef0123456789abcdef99 and refuses")

    diagnosis = services.diagnose(found)
    assert "[masked:secret]" in found.text
    assert all(one.guide != secret for one in diagnosis.weak)
    assert diagnosis.best_guide != secret


def test_marks_fit_the_stored_text(guide: Guide):
    found = services.find_fixes("가\r\n\x1b[31m" + TEXT)

    diagnosis = services.diagnose(Investigation.objects.get(pk=found.pk))
    words = {found.text[m.start : m.end]: m.label for m in diagnosis.marks}
    assert words["ERR_CONNECTION_REFUSED"] == "symptom"
    assert words["http://localhost:8001/"] == "url"
    ends = [(m.start, m.end) for m in diagnosis.marks]
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(ends))


def test_a_very_long_text_keeps_its_beginning_and_its_end(guide: Guide):
    text = "first line\n" + "noise of a log\n" * 20_000 + TEXT

    found = services.find_fixes(text)

    assert found.truncated
    assert found.text.startswith("first line")
    assert found.text.endswith(TEXT)
    assert len(found.text) < 81_000
    assert services.diagnose(found).outcome == "matched"


def test_a_secret_on_the_cut_is_masked_whole(guide: Guide):
    secret = "password=" + "hunter2hunter2hunter2"
    padding = "noise of a log\n" * 20_000
    text = padding[: 20_000 - 15] + "\n" + secret + "\n" + padding

    assert "hunter2" not in services.find_fixes(text).text


def test_what_nobody_can_answer_is_counted_by_fingerprint(guide: Guide):
    first = services.find_fixes(f"{UNKNOWN_TEXT} at 10:11:12 pid 4711")
    services.find_fixes(f"{UNKNOWN_TEXT} at 23:59:01 pid 4712")

    gap = SearchGap.objects.get()
    assert services.diagnose(first).outcome in ("none", "weak")
    assert services.diagnose(first).causes == ()
    assert (gap.fingerprint, gap.count) == (first.fingerprint, 2)
    assert gap.sample.startswith(UNKNOWN_TEXT)


@pytest.mark.parametrize("text", ["", "   \n\t", "\x00\x00", "\ud800 broken"])
def test_text_that_says_nothing_is_answered_with_nothing(guide: Guide, text: str):
    diagnosis = services.diagnose(services.find_fixes(text))

    assert (diagnosis.outcome, diagnosis.causes, diagnosis.none_of_these) == ("none", (), 1.0)


def test_typed_values_are_read_by_their_type(guide: Guide):
    found = services.find_fixes(TEXT, typed={"port": "8005"})

    assert found.typed == {"port": 8005}


def test_wrong_typed_values_are_all_named_and_nothing_is_stored(guide: Guide):
    with pytest.raises(services.BadParameters) as refused:
        services.find_fixes(TEXT, typed={"port": "many", "colour": "red"})

    assert set(refused.value.problems) == {"port", "colour"}
    assert not Investigation.objects.exists()


def test_a_guide_starts_an_investigation_without_a_paste(guide: Guide):
    found = services.start_from_guide(guide, by=None)

    diagnosis = services.diagnose(found)
    assert diagnosis.outcome == "matched"
    assert [c.cause.slug for c in diagnosis.causes] == ["port-held", "not-running", "died"]
    assert {p.name: (p.value, p.source) for p in diagnosis.parameters} == {
        "host": ("127.0.0.1", "default"),
        "port": (8000, "default"),
    }


def test_a_draft_answers_nobody(guide: Guide):
    Guide.objects.update(state=Guide.State.DRAFT)
    guide.refresh_from_db()
    reindex(guide)

    assert services.diagnose(services.find_fixes(TEXT)).causes == ()


def test_what_is_only_nearly_said_is_never_a_strong_match():
    known = make_guide("loopback", title="Bound to loopback")
    make_cause(known, "loopback")
    make_symptom(
        known,
        "elsewhere",
        phrases=("the phone cannot open my dashboard over wifi",),
        suggests={"loopback": "strong"},
    )
    reindex(known)

    said = services.diagnose(services.find_fixes("the phone cannot open my dashboard over wifi"))
    nearly = services.diagnose(services.find_fixes("over wifi my dashboard: no phone opens it"))

    assert [one.symptom.slug for one in nearly.symptoms] == ["elsewhere"]
    assert (said.causes[0].strength, nearly.causes[0].strength) == ("strong", "possible")
