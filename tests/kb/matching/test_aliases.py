"""Words people used in solved cases, proposed because enough of them did and few were misled."""

from kb.matching.aliases import Alias, PastCase, aliases
from kb.matching.candidate import AuthoredSymptom

DOWN, OTHER = "connection/not-running", "cors-502/no-ingress"
KNOWN = (AuthoredSymptom(symptom_id=1, slug="refused", phrases=("ERR_CONNECTION_REFUSED",)),)


def cases(*texts: str, cause: str = DOWN, first: int = 1) -> list[PastCase]:
    """Each said by another person."""
    return [
        PastCase(key=number, text=text, cause=cause, voice=number)
        for number, text in enumerate(texts, start=first)
    ]


def proposed(past: list[PastCase], **options: object) -> list[Alias]:
    return aliases(past, causes=[DOWN], known=KNOWN, **options)


def words(past: list[PastCase], **options: object) -> list[str]:
    return [alias.words for alias in proposed(past, **options)]


def test_what_three_people_said_is_proposed_with_its_cases() -> None:
    past = cases(
        "서버가 뻗었어요 GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED",
        "아침부터 서버가 뻗었어요",
        "서버가  뻗었어요 ㅠㅠ",
    )

    (alias,) = proposed(past)

    assert (alias.words, alias.led, alias.astray, alias.voices) == (
        "서버가 뻗었어요",
        (1, 2, 3),
        (),
        3,
    )


def test_one_voice_is_not_enough_however_often_it_speaks() -> None:
    text = "서버가 뻗었어요"
    past = [PastCase(key=n, text=text, cause=DOWN, voice="jisu") for n in range(5)]

    assert words(past) == []
    assert words([*past, *cases(text)]) == ["서버가 뻗었어요"]


def test_what_a_symptom_finds_already_is_not_proposed() -> None:
    known = AuthoredSymptom(symptom_id=2, slug="down", phrases=("서버가 뻗었",))
    past = cases("서버가 뻗었어요", "서버가 뻗었어요")

    assert aliases(past, causes=[DOWN], known=(known,)) == []
    by_pattern = AuthoredSymptom(symptom_id=3, slug="down", pattern="뻗었[가-힣]*")
    assert aliases(past, causes=[DOWN], known=(by_pattern,)) == []


def test_it_stops_at_what_varies_and_at_what_is_masked() -> None:
    past = cases(
        "kiosk froze again at 10:11:12 on 10.0.0.7 [masked:email]@example.com /srv/app/x.py",
        "kiosk froze again at 23:59:01 on 10.0.0.9 [masked:email]@example.com /srv/app/y.py",
    )

    assert words(past) == ["kiosk froze"]


def test_words_that_mislead_are_counted_and_then_left_out() -> None:
    past = cases("the kiosk froze", "kiosk froze!", "kiosk froze today")
    astray = cases("my kiosk froze", cause=OTHER, first=9)
    (alias,) = proposed([*past, *astray])
    assert (alias.led, alias.astray) == ((1, 2, 3), (9,))

    more = cases("kiosk froze", "Kiosk  froze", cause=OTHER, first=20)

    assert words([*past, *astray, *more]) == []


def test_common_words_are_not_proposed() -> None:
    texts = ("도와주세요 에러가 나요", "도와주세요 에러가 나요")

    assert words(cases(*texts)) == []
    assert words(cases("please help, it is not working", "please help, it is not working")) == []


def test_of_words_that_overlap_only_what_finds_more_cases_is_proposed() -> None:
    past = cases("kiosk froze hard", "kiosk froze hard", "kiosk froze")

    assert words(past) == ["kiosk froze"]
    assert words(cases("kiosk froze, purple stripe", "kiosk froze, purple stripe")) == [
        "kiosk froze",
        "purple stripe",
    ]


def test_what_was_refused_does_not_come_back_in_pieces() -> None:
    past = cases("kiosk froze hard", "kiosk froze hard", "kiosk froze")
    assert words(past) == ["kiosk froze"]

    assert words(past, refused=["KIOSK  froze"]) == []
    assert words(past, refused=["froze hard"]) == []


def test_a_logs_routine_lines_are_not_read() -> None:
    noise = "\n".join(f"INFO worker {n} polished the zorkmid ledger" for n in range(9))
    log = f"{noise}\nERROR the plover escaped the cage"

    assert words(cases(log, log)) == ["plover escaped"]


def test_the_same_cases_propose_the_same_words_in_any_order() -> None:
    past = cases("kiosk froze hard", "kiosk froze", "purple stripe, kiosk froze", "purple stripe")

    assert proposed(past) == [
        Alias(words=one.words, cause=one.cause, led=one.led, astray=one.astray, voices=one.voices)
        for one in proposed(list(past))
    ]
    assert set(words(past)) == set(words(past[::-1]))
