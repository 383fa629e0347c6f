"""`manage.py explain_text [FILE|-]`: what is read in a text, and what it matches and why."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override

from kb import index
from kb.index import GuideMatch
from kb.matching import Analysis, Contribution
from kb.models import Guide, Service
from kb.services.cases.reading import read_text
from kb.services.diagnosing.find import as_stored
from kb.templatetags.answers import fact_kind
from kb.templatetags.reasons import against_words, clue_kind

_MOST_TERMS, _MOST_WORDS = 30, 60


class Command(BaseCommand):
    help = "Print what matching reads in a text and what it finds. Nothing is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a file; - or nothing reads stdin")
        parser.add_argument("--service", action="append", default=[], help="as chosen on the page")
        parser.add_argument("--lang", choices=["ko", "en"], default="en")
        parser.add_argument("--all", action="store_true", help="every term and contribution")

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_unknown(options["service"])
        text, _counts = as_stored(_read(options["file"]))
        analysis = read_text(text)
        found = index.find(analysis, services=tuple(options["service"]))
        most = len(text) if options["all"] else _MOST_TERMS
        with override(options["lang"]):
            for line in [*_what_is_read(analysis, most), *_what_matches(found, most)]:
                self.stdout.write(line)


def _refuse_unknown(slugs: Iterable[str]) -> None:
    unknown = sorted(set(slugs) - set(Service.objects.values_list("slug", flat=True)))
    if unknown:
        raise CommandError(_("There is no service %(names)s.") % {"names": ", ".join(unknown)})


def _read(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError as problem:
        raise CommandError(f"{file}: {problem.strerror}") from problem


def _what_is_read(analysis: Analysis, most: int) -> Iterator[str]:
    yield f"fingerprint  {analysis.fingerprint}"
    yield f"\nfacts: {len(analysis.facts)}"
    for fact in analysis.facts:
        name = f"{fact.type} ({fact_kind(fact.type)})"
        yield f"  {name:32} {_place(analysis, fact.span):12} {fact.value}"
    yield f"\nconcepts: {len(analysis.concepts)}"
    for hit in analysis.concepts:
        words = _words(analysis, hit.span)
        yield f"  {hit.name:32} {_place(analysis, hit.span):12} “{words}”"
    yield f"\nterms kept: {len(analysis.terms)}"
    for term in analysis.terms[:most]:
        yield f"  {term.weight:4} {term.kind:12} {term.key}"
    if len(analysis.terms) > most:
        yield f"  … {len(analysis.terms) - most} lighter ones (--all)"


def _place(analysis: Analysis, span: tuple[int, int]) -> str:
    """`line:column`, both from 1."""
    before = analysis.text[: span[0]]
    return f"{before.count(chr(10)) + 1}:{span[0] - before.rfind(chr(10))}"


def _words(analysis: Analysis, span: tuple[int, int]) -> str:
    words = " ".join(analysis.text[slice(*span)].split())
    return words if len(words) <= _MOST_WORDS else f"{words[: _MOST_WORDS - 1]}…"


def _what_matches(found: index.Found, most: int) -> Iterator[str]:
    ids = [match.guide_id for match in [*found.matches, *found.weak]]
    slugs = dict(Guide.objects.filter(pk__in=ids).values_list("pk", "slug"))
    yield f"\nmatches: {len(found.matches)}"
    if not found.matches:
        yield f"  {_('Nothing is known about this text.')}"
    for match in found.matches:
        yield from _match(match, slugs[match.guide_id], most)
    yield f"\nweak: {len(found.weak)}"
    for match in found.weak:
        yield from _match(match, slugs[match.guide_id], most)


def _match(match: GuideMatch, slug: str, most: int) -> Iterator[str]:
    trust = f"confidence {match.confidence}, {match.strength}"
    yield f"  {slug}   score {match.score:g} ({trust})"
    for part in match.why[:most]:
        yield _contribution(part, f"“{' '.join(part.label.split())}”", clue_kind(part.kind))
    if len(match.why) > most:
        rest = sum(part.amount for part in match.why[most:])
        yield f"    {rest:+6} {len(match.why) - most} lighter ones (--all)"
    for part in match.against:
        yield _contribution(part, against_words(part.kind, part.label), _("against"))
    for cause, share in sorted(match.causes.items(), key=lambda pair: -pair[1]):
        yield f"    cause {cause}: its own words {share:.2f}"


def _contribution(part: Contribution, said: str, name: str) -> str:
    where = "" if part.entry == "guide" else f"   {part.entry}"
    return f"    {part.amount:+6} {part.kind} ({name})  {said}{where}"
