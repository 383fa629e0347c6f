"""What a location allows, one entry per line, each complaint naming its entry."""

import ipaddress
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from probes.engine_texts import translated
from probes.kind_groups import grouped_kinds
from probes.models import Location
from probes.services.locations import SERVER

if TYPE_CHECKING:
    _Base = forms.ModelForm[Location]
else:
    _Base = forms.ModelForm


class LinesField(forms.CharField):
    """A list of texts, one per line; repeated lines are kept once."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 60})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(entry) for entry in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        entries = [line.strip() for line in str(value or "").splitlines()]
        return list(dict.fromkeys(entry for entry in entries if entry))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class LocationForm(_Base):
    networks = LinesField(
        label=capfirst(_("networks")),
        required=False,
        help_text=_("Networks a probe may connect to, one per line, such as 127.0.0.0/8."),
    )
    roots = LinesField(
        label=capfirst(_("folders")),
        required=False,
        help_text=_("Folders whose files a probe may look at, one full path per line."),
    )
    interpreters = LinesField(
        label=capfirst(_("interpreters")),
        required=False,
        help_text=_("Python interpreters a probe may start, one full path per line."),
    )
    kinds = forms.MultipleChoiceField(
        label=capfirst(_("kinds")),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Probe kinds that may run here. None chosen: every kind."),
    )

    class Meta:
        model = Location
        fields = ["name", "slug", "networks", "roots", "interpreters", "kinds"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kinds"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        kinds.choices = [
            (
                group.title,
                [(kind.name, f"{translated(kind.title)} · {kind.name}") for kind in group.kinds],
            )
            for group in grouped_kinds()
        ]

    def clean_networks(self) -> list[str]:
        return self._checked("networks", _network)

    def clean_roots(self) -> list[str]:
        return self._checked("roots", _folder)

    def clean_interpreters(self) -> list[str]:
        is_here = (self.cleaned_data.get("slug") or self.instance.slug) == SERVER
        return self._checked("interpreters", _interpreter_here if is_here else _full_path)

    def _checked(self, field: str, check: Callable[[str], str]) -> list[str]:
        entries, errors = [], []
        for entry in self.cleaned_data[field]:
            try:
                entries.append(check(entry))
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return entries


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValidationError(
            _("%(network)s is not a network in CIDR form: %(why)s."),
            params={"network": text, "why": str(error)},
        ) from None


def _full_path(text: str) -> str:
    path = PurePosixPath(text) if text.startswith("/") else PureWindowsPath(text)
    if not path.is_absolute() or ".." in path.parts:
        raise ValidationError(_("%(path)s is not a full path without `..`."), params={"path": text})
    return str(path)


def _folder(text: str) -> str:
    path = _full_path(text)
    if path == "/" or len(PureWindowsPath(path).parts) == 1:
        raise ValidationError(
            _("%(path)s would allow every file; name a folder."), params={"path": text}
        )
    return path


def _interpreter_here(text: str) -> str:
    path = _full_path(text)
    if not (Path(path).is_file() and os.access(path, os.X_OK)):
        raise ValidationError(_("%(path)s is not a program on this host."), params={"path": text})
    return path
