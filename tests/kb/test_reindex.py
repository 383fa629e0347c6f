"""Making the index anew: by command, and when another version of the program starts."""

from io import StringIO

import pytest
from django.core.management import call_command

from kb import index
from kb.models import IndexedGuide, IndexState, IndexTerm
from tests.factories import make_guide
from tests.kb.index_contents import contents

pytestmark = pytest.mark.django_db


def test_reindex_writes_every_published_guide() -> None:
    make_guide("broker", body="kafka broker")
    make_guide("draft", state="draft", body="zookeeper")
    out = StringIO()

    call_command("reindex", stdout=out)

    assert out.getvalue() == "1 guides indexed\n"
    assert [row.guide.slug for row in IndexedGuide.objects.all()] == ["broker"]


def test_reindex_mends_what_was_written_behind_the_index_s_back() -> None:
    make_guide("broker", body="kafka broker")
    call_command("reindex", stdout=StringIO())
    whole = contents()
    IndexTerm.objects.all().delete()

    call_command("reindex", stdout=StringIO())

    assert contents() == whole


def test_an_index_of_another_version_is_not_current() -> None:
    assert not index.is_current()

    index.rebuild()
    assert index.is_current()

    IndexState.objects.update(version="older")
    assert not index.is_current()
