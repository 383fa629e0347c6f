"""Making the index anew: by command, and when another version of the program starts."""

import os
from io import StringIO

import pytest
from django.core.management import call_command

from kb import index
from kb.models import Guide, IndexedGuide, IndexState, IndexTerm
from tests.factories import make_guide, make_symptom
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


def test_a_large_base_is_indexed_the_same_by_one_processor_and_by_all() -> None:
    bodies = ["kafka broker", "nginx 502", "연결 거부", "OOMKilled"]
    Guide.objects.bulk_create(
        Guide(
            slug=f"g{number}",
            title=f"harbour {number // 300}",
            body=bodies[number % 4],
            state=Guide.State.PUBLISHED,
        )
        for number in range(1100)
    )
    make_symptom(Guide.objects.earliest("pk"), "refused", phrases=("connection refused",))
    index.rebuild()
    by_all = contents()

    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    index.rebuild()
    os.sched_setaffinity(0, processors)

    assert by_all["guides"] == [(1100,)]
    assert contents() == by_all
