"""Titles and help texts of the kinds, for translation: the engine itself speaks English only."""

from django.utils.translation import gettext

from probes.engine.schema import Kind


def kind_title(kind: Kind) -> str:
    return gettext(kind.title)
