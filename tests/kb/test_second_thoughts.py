"""Taking an outcome back, and adding a word to it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils.translation import override

from kb.models import Attempt, CaseFact, Investigation, Resolution
from kb.services.diagnosing.errors import CannotConclude
from kb.services.diagnosing.find import find_fixes
from kb.services.diagnosing.learn import conclude_in_words, record_outcome
from kb.services.diagnosing.second_thoughts import UNDO_FOR, add_remark, undo_outcome
from tests.factories import make_user
from tests.kb.unreachable import TEXT, make_unreachable

pytestmark = pytest.mark.django_db


@pytest.fixture
def jisu() -> User:
    return make_user()


@pytest.fixture
def case() -> Investigation:
    make_unreachable()
    return find_fixes(TEXT)


def said(case: Investigation, outcome: str, *, by: User) -> Attempt:
    repair = Resolution.objects.get(slug="start")
    return record_outcome(case, repair, outcome=outcome, by=by).attempt


def test_undone_fix_leaves_the_case_as_it_was_before(case: Investigation, jisu: User) -> None:
    before = Investigation.objects.values().get()
    attempt = said(case, "worked", by=jisu)
    assert Investigation.objects.get().concluded_at is not None

    undo_outcome(attempt, by=jisu)

    assert Investigation.objects.values().get() == before
    assert not Attempt.objects.exists()
    assert not CaseFact.objects.filter(is_concluded=True).exists()


def test_undone_failure_leaves_what_was_said_before_it(case: Investigation, jisu: User) -> None:
    first = said(case, "failed", by=jisu)
    second = said(case, "failed", by=jisu)

    undo_outcome(second, by=jisu)

    assert list(case.attempts.all()) == [first]


def test_undone_words_open_the_case_again(case: Investigation, jisu: User) -> None:
    attempt = conclude_in_words(case, "Turned it off and on", by=jisu)

    undo_outcome(attempt, by=jisu)

    assert Investigation.objects.get().concluded_at is None


def test_nobody_undoes_what_somebody_else_said(case: Investigation, jisu: User) -> None:
    attempt = said(case, "worked", by=jisu)

    with pytest.raises(CannotConclude):
        undo_outcome(attempt, by=make_user("mina"))

    assert Investigation.objects.get().concluded_at is not None


def test_after_a_while_it_cannot_be_undone(case: Investigation, jisu: User) -> None:
    attempt = said(case, "worked", by=jisu)
    attempt.at -= UNDO_FOR + timedelta(seconds=1)
    attempt.save()

    with override("en"), pytest.raises(CannotConclude, match="too late"):
        undo_outcome(attempt, by=jisu)

    assert Investigation.objects.get().concluded_at is not None


def test_only_the_last_word_can_be_undone(case: Investigation, jisu: User) -> None:
    first = said(case, "failed", by=jisu)
    said(case, "worked", by=jisu)

    with pytest.raises(CannotConclude):
        undo_outcome(first, by=jisu)

    assert case.attempts.count() == 2


def test_remark_joins_the_note_without_its_secrets(case: Investigation, jisu: User) -> None:
    attempt = said(case, "failed", by=jisu)

    add_remark(attempt, "another port; password=hunter2secret", by=jisu)

    attempt.refresh_from_db()
    assert attempt.note.startswith("another port")
    assert "hunter2secret" not in attempt.note
    with pytest.raises(CannotConclude):
        add_remark(attempt, "not mine", by=make_user("mina"))
