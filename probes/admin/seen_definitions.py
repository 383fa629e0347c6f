"""Definitions as whoever approves them reads them, and which of them they had before their eyes."""

from collections.abc import Sequence

import yaml
from django import forms

from probes.models import Probe


def definition_text(probe: Probe) -> str:
    """The whole of what an approval is for, as plain YAML."""
    definition = {
        "kind": probe.kind,
        "params": probe.params,
        "expectation": probe.expectation,
        "timeout_s": probe.timeout_s,
        "retries": probe.retries,
    }
    told = {name: value for name, value in definition.items() if value not in ({}, 0)}
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False).rstrip()


class SeenForm(forms.Form):
    """Carries the hash of each definition that was shown, so that no other is approved."""

    seen = forms.MultipleChoiceField(widget=forms.MultipleHiddenInput)

    @classmethod
    def of(cls, probes: Sequence[Probe]) -> "SeenForm":
        return cls(initial={"seen": [f"{one.pk}:{one.definition_hash}" for one in probes]})
