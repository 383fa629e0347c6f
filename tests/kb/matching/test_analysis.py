"""What a text is asked for: which words are heard, and how loudly."""

import time

from hypothesis import given
from hypothesis import strategies as st

from kb.matching import analyse
from kb.matching.analysis import MAX_CHARS


def keys(text: str) -> dict[str, int]:
    return {term.key: term.weight for term in analyse(text).terms}


def concepts(text: str) -> set[str]:
    return {hit.name for hit in analyse(text).concepts}


def test_identifiers_are_kept_whole_and_split() -> None:
    found = keys("KubeletDown in payment-service via app.main and HTTPServerError")

    assert {"kubeletdown", "kubelet", "payment_service", "payment", "app.main"} <= found.keys()
    assert {"httpservererror", "http", "server"} <= found.keys()


def test_a_status_word_is_not_an_identifier() -> None:
    found = keys("HEALTH_WARN level=error FIRING CRITICAL osd is near full")

    assert "health_warn" not in found
    assert max(found[word] for word in ("warn", "error", "firing", "critical")) < found["osd"] / 5


def test_random_ids_are_not_words() -> None:
    found = keys("pod checkout-7d9c5b6f8-x2vqk id 6f1c2a349b1c4d5e at 0x7f12ab")

    assert "checkout" in found
    assert not {"x2vqk", "7d9c5b6f8", "6f1c2a349b1c4d5e", "vqk"} & found.keys()


def test_one_idea_in_many_wordings() -> None:
    wordings = [
        "ERR_CONNECTION_REFUSED", "ECONNREFUSED", "Connection refused", "ConnectionRefusedError",
        "[Errno 111]", "WinError 10061", "연결이 거부되었습니다", "연결 거부", "curl: (7)",
        "원격 서버에 연결할 수 없습니다",
    ]  # fmt: skip

    assert [text for text in wordings if "refused" not in concepts(text)] == []


def test_a_policy_message_is_not_a_refused_connection() -> None:
    message = (
        "Refused to connect to 'http://localhost:8000/' because it violates the following "
        "Content Security Policy directive"
    )

    assert concepts(message) == {"csp"}


def test_the_error_is_heard_over_the_noise() -> None:
    noise = "\n".join(f"INFO worker {n} heartbeat fine zebra{n}" for n in range(200))
    found = keys(f"{noise}\nModuleNotFoundError: No module named 'jwt'\n{noise}")

    assert found["jwt"] > found["heartbeat"]
    assert len(found) <= 400


def test_a_message_begins_with_what_happened() -> None:
    found = keys("Kubelet certificate expires.\nRenew zebra on every node.\nthen restart giraffe")

    assert found["kubelet"] > found["zebra"] > 0
    assert found["giraffe"] == found["zebra"]


def test_a_line_that_goes_on_the_first_is_heard_like_it() -> None:
    found = keys("Half or more of the Alertmanager instances are\nconstantly crashing zebra")

    assert found["zebra"] == found["alertmanager"]


def test_a_named_error_is_heard_wherever_it_stands() -> None:
    found = keys("Zebra is broken, help please\nModuleNotFoundError: No module named 'jwt'")

    assert found["jwt"] == found["zebra"]


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    text = "first line\n" + "noise word\n" * 50_000 + "last line"

    analysis = analyse(text)

    assert analysis.truncated
    assert len(analysis.text) <= MAX_CHARS
    assert analysis.text.startswith("first line")
    assert analysis.text.endswith("last line")


def test_hostile_texts_are_read_in_time() -> None:
    hostile = [
        "a" * 100_000, "a." * 50_000, "/a" * 50_000, "1" * 100_000, "a1" * 50_000,
        "http://a " * 11_000, "x:1 " * 25_000, "A_" * 50_000, "'" * 100_000, "docker logs " * 8_000,
        "가" * 100_000, "refused to connect " * 5_000, "Error: " * 14_000, "1.1." * 25_000,
        "0" * 50 + "-" + "a:" * 40_000, " " * 100_000, "\\" * 100_000, "File \"" * 16_000,
    ]  # fmt: skip

    slow = []
    for text in hostile:
        started = time.process_time()
        analyse(text)
        if time.process_time() - started > 3:
            slow.append((text[:20], time.process_time() - started))
    assert slow == []


def test_what_no_database_stores_is_replaced_in_place() -> None:
    analysis = analyse("http://a\x00b.example:81/ \ud800 ECONNREFUSED")

    assert analysis.text == "http://a\ufffdb.example:81/ \ufffd ECONNREFUSED"


@given(st.text(max_size=300))
def test_any_text_is_analysed_and_every_span_is_inside(text: str) -> None:
    analysis = analyse(text)

    spans = [fact.span for fact in analysis.facts]
    spans += [span for term in analysis.terms for span in term.spans]
    spans += [hit.span for hit in analysis.concepts]
    assert all(0 <= start < end <= len(analysis.text) for start, end in spans)
    assert analyse(text) == analysis
