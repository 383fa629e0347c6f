"""A title's words are found by their beginnings; a body's are not."""

from kb.matching import analyse
from kb.matching.beginnings import BEGINNING
from kb.matching.impacts import impacts


def test_a_name_in_a_title_shares_its_beginning_with_the_words_of_a_message() -> None:
    title = impacts({"title": "KubeFilesystemFilling"})
    asked = {term.key for term in analyse("The Kubernetes file system fills up").terms}

    assert {"^kube", "^file", "^fill"} <= title.keys() & asked


def test_the_beginnings_of_a_body_are_not_kept() -> None:
    body = impacts({"title": "Slow disk", "body": "Kubernetes evicts the replica"})

    assert [key for key in body if key.startswith("^")] == ["^slow", "^disk"]


def test_a_short_word_a_level_and_a_korean_word_have_no_beginning() -> None:
    terms = impacts({"title": "CPU error 접속 불가 throttled"})

    assert [key for key in terms if key.startswith("^")] == ["^thro"]


def test_a_beginning_weighs_less_than_its_word_and_stands_in_its_place() -> None:
    text = "The replicas mismatch"
    terms = {term.key: term for term in analyse(text).terms}
    whole, beginning = terms["mismatch"], terms["^mism"]

    assert beginning.kind == BEGINNING
    assert 0 < beginning.weight < whole.weight
    assert beginning.spans == whole.spans


def test_words_that_begin_alike_ask_once() -> None:
    terms = [term for term in analyse("alertmanager alertname").terms if term.kind == BEGINNING]

    assert [term.key for term in terms] == ["^aler"]
