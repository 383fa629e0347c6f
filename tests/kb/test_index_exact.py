"""However guides are saved, renamed and deleted, the index is what making it anew would give."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import index
from kb.index import tables
from kb.index.lists import BLOCK, RARE, blocks_of
from kb.index.packing import GUIDES, TERMS, pack, unpack, with_one, without_one
from kb.index.top import Asked, highest
from kb.matching import analyse
from kb.models import Guide, IndexedGuide, IndexTerm, PostingBlock
from tests.factories import make_cause, make_guide, make_symptom, reindex
from tests.kb.index_contents import contents, rebuilt

pytestmark = pytest.mark.django_db

WORDS = ["broker", "kafka", "ECONNREFUSED", "port 8001", "OOMKilled", "연결 거부", "nginx", "502"]
PHRASES = ["connection refused", "연결 거부", "502 Bad Gateway", "...", "slots are reserved"]
PATTERNS = ["", r"Errno (98|48)\b", "exit code 137"]
SLUGS = ["a", "b", "c", "d"]

words = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
slugs = st.sampled_from(SLUGS)
changes = st.one_of(
    st.tuples(st.just("save"), slugs, words, words, st.sampled_from(list(Guide.State))),
    st.tuples(st.just("symptom"), slugs, st.sampled_from(PHRASES), st.sampled_from(PATTERNS)),
    st.tuples(st.just("cause"), slugs, words),
    st.tuples(st.just("rename"), slugs, slugs),
    st.tuples(st.just("delete"), slugs),
    st.tuples(st.just("delete all")),
)


def save(slug: str, title: str, body: str, state: str) -> None:
    guide, _ = Guide.objects.update_or_create(
        slug=slug, defaults={"title": title, "body": body, "state": state, "language": "en"}
    )
    index.update(guide)


def give_symptom(slug: str, phrase: str, pattern: str) -> None:
    for guide in Guide.objects.filter(slug=slug):
        make_symptom(guide, f"s{guide.symptoms.count()}", phrases=(phrase,), pattern=pattern)
        index.update(guide)


def give_cause(slug: str, title: str) -> None:
    for guide in Guide.objects.filter(slug=slug):
        make_cause(guide, f"c{guide.causes.count()}", title=title)
        index.update(guide)


def rename(old: str, new: str) -> None:
    if not Guide.objects.filter(slug=new).exists():
        for guide in Guide.objects.filter(slug=old):
            guide.slug = new
            guide.save()
            index.update(guide)


CHANGE: dict[str, Callable[..., Any]] = {
    "save": save,
    "symptom": give_symptom,
    "cause": give_cause,
    "rename": rename,
    "delete": lambda slug: Guide.objects.filter(slug=slug).delete(),
    "delete all": lambda: Guide.objects.all().delete(),
}


@given(st.lists(changes, max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_changes_leave_what_a_rebuild_gives(made: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        for name, *arguments in made:
            CHANGE[name](*arguments)

        assert contents() == rebuilt()
        transaction.set_rollback(True)


def test_a_term_that_grows_common_and_shrinks_again_leaves_what_a_rebuild_gives() -> None:
    # Their ids lie on both sides of a block's end.
    guides = [
        make_guide(f"g{number}", id=BLOCK - RARE // 2 + number, title="broker", body="lantern")
        for number in range(RARE + 2)
    ]
    reindex(*guides)
    grown = contents()
    # Two words and the beginning of the one in the title, in two blocks each.
    assert len(grown["PostingBlock"]) == 3 * 2
    assert grown == rebuilt()

    guides[0].delete()
    guides[-1].body = "zookeeper"
    guides[-1].save()
    reindex(guides[-1])
    once_more = contents()
    assert once_more == rebuilt()

    Guide.objects.filter(pk__in=[guide.pk for guide in guides[1:10]]).delete()
    assert not PostingBlock.objects.exists()
    assert contents() == rebuilt()


def test_a_deletion_in_the_admin_s_list_takes_the_postings_too(admin_client: Client) -> None:
    for slug in ("first", "second", "third"):
        reindex(make_guide(slug, body=f"{slug} broker"))
    ids = list(Guide.objects.exclude(slug="third").values_list("pk", flat=True))

    action = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
    admin_client.post("/admin/kb/guide/", action)

    assert [guide.slug for guide in Guide.objects.all()] == ["third"]
    assert contents() == rebuilt()
    assert [weak.guide_id for weak in index.find(analyse("first broker")).weak] == [
        Guide.objects.get().pk
    ]


def test_deleting_its_owner_leaves_a_guide_found() -> None:
    owner = User.objects.create_user("jisu")
    reindex(make_guide("broker", body="kafka broker", owner=owner))

    owner.delete()

    assert IndexedGuide.objects.count() == 1
    assert contents() == rebuilt()


def test_a_saved_change_rewrites_only_the_terms_it_changes() -> None:
    guide = make_guide("broker", title="Broker", summary="kafka", body="zookeeper is away")
    reindex(guide, make_guide("other", title="Other", body="zookeeper is away"))
    before = {row[0]: row for row in contents()["IndexTerm"]}

    guide.summary = "rabbit"
    guide.save()
    reindex(guide)

    after = {row[0]: row for row in contents()["IndexTerm"]}
    assert before.keys() - after.keys()
    assert {k for k in before.keys() & after.keys() if before[k] != after[k]} == set()


@given(st.dictionaries(st.integers(0, 2**62), st.integers(1, 1000)), st.integers(0, 2**62))
def test_one_posting_put_in_and_taken_out_is_what_packing_all_gives(
    impacts: dict[int, int], number: int
) -> None:
    packed = pack(impacts, TERMS)

    more, grown = with_one(packed, TERMS, number, 7)
    less, shrunk = without_one(more, TERMS, number)

    assert more == pack({**impacts, number: 7}, TERMS)
    assert grown == (number not in impacts)
    assert shrunk == 1
    assert less == pack({n: i for n, i in impacts.items() if n != number}, TERMS)
    assert dict(zip(*unpack(packed, TERMS), strict=True)) == impacts


@given(st.randoms(use_true_random=False), st.integers(1, 25), st.integers(1, 12))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_skipping_finds_what_summing_up_everything_finds(
    dice: random.Random, terms: int, wanted: int
) -> None:
    with transaction.atomic():
        lists = invented_lists(dice, terms)
        worths = {term: dice.choice([1, 10, 100, 1000, dice.randint(1, 100_000)]) for term in lists}

        found = highest(asked(worths), wanted)

        sums: dict[int, int] = {}
        for term, impacts in lists.items():
            for guide, impact in impacts.items():
                sums[guide] = sums.get(guide, 0) + worths[term] * impact
        assert found == sorted(sums, key=lambda guide: (-sums[guide], guide))[:wanted]
        transaction.set_rollback(True)


def invented_lists(dice: random.Random, terms: int) -> dict[int, dict[int, int]]:
    """Postings of terms, rare and common, of 800 guides in two blocks; stored."""
    ids = range(BLOCK - 400, BLOCK + 400)
    lists = {
        term: {
            guide: dice.choice([1, 100, 500, 1000, dice.randint(1, 1000)])
            for guide in dice.sample(ids, dice.choice([1, 20, RARE, RARE + 1, 600, 790]))
        }
        for term in range(1, terms + 1)
    }
    Guide.objects.bulk_create(Guide(id=one, slug=f"g{one}") for one in ids)
    IndexedGuide.objects.bulk_create(
        IndexedGuide(
            guide_id=one,
            terms=pack({term: own[one] for term, own in lists.items() if one in own}, TERMS),
            causes=b"",
            details={},
        )
        for one in ids
    )
    for term, impacts in lists.items():
        rare = len(impacts) <= RARE
        packed = pack(impacts, GUIDES) if rare else b""
        IndexTerm.objects.create(id=term, guides=len(impacts), postings=packed)
        tables.BLOCK.insert([] if rare else blocks_of(term, impacts))
    return lists


def asked(worths: dict[int, int]) -> list[Asked]:
    return [
        Asked(term=one.pk, worth=worths[one.pk], guides=one.guides, postings=one.postings)
        for one in IndexTerm.objects.all()
    ]
