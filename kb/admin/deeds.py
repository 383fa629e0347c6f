"""What is done to several guides at once from their list: each says what it could not do, and why."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kb.admin.people import person
from kb.ingest import BadGuide
from kb.models import Guide
from kb.services.guides.complaints import sentences
from kb.services.upkeep.review import archive, give_to, possible_owners, set_review, still_valid
from probes.admin.asking import Asked, ask, is_answered, say


class OwnerForm(forms.Form):
    owner = forms.ChoiceField(label=capfirst(gettext_lazy("owner")), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in possible_owners()}
        names = [(pk, one.get_username()) for pk, one in self.people.items()]
        self.fields["owner"].choices = [("", _("nobody")), *names]  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    review_after = forms.DateField(
        label=capfirst(gettext_lazy("review after")),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class GuideDeeds(admin.ModelAdmin):
    """Actions of the list of guides beside publishing."""

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("kb.publish_guide")

    @admin.action(
        description=gettext_lazy("Still right: due again in 90 days"), permissions=["change"]
    )
    def confirm(self, request: HttpRequest, guides: QuerySet[Guide]) -> None:
        done, refused = _each(guides, lambda one: still_valid(one, by=person(request)))
        text = ngettext(
            "%(count)d guide is still valid, and due again in 90 days.",
            "%(count)d guides are still valid, and due again in 90 days.",
            done,
        )
        say(self, request, text % {"count": done} if done else "", refused)

    @admin.action(
        description=gettext_lazy("Archive: nobody is led to them any more"), permissions=["publish"]
    )
    def archive_selected(self, request: HttpRequest, guides: QuerySet[Guide]) -> None:
        is_over = _("%(guide)s was archived before.")
        waiting = guides.exclude(state=Guide.State.ARCHIVED)
        over = [is_over % {"guide": one} for one in guides.filter(state=Guide.State.ARCHIVED)]
        done, refused = _each(waiting, lambda one: archive(one, by=person(request)))
        text = ngettext(
            "%(count)d guide is archived: nobody is led to it any more.",
            "%(count)d guides are archived: nobody is led to them any more.",
            done,
        )
        say(self, request, text % {"count": done} if done else "", [*over, *refused])

    @admin.action(description=gettext_lazy("Give to another owner"), permissions=["change"])
    def set_owner(self, request: HttpRequest, guides: QuerySet[Guide]) -> HttpResponse | None:
        form = OwnerForm(request.POST if is_answered(request) else None)
        if not form.is_valid():
            asked = Asked(title=_("Who keeps these guides?"), button=_("Give"))
            return ask(self, request, guides, asked, form)
        owner = form.people.get(form.cleaned_data["owner"])
        done, refused = _each(guides, lambda one: give_to(one, owner))
        text = ngettext(
            "%(count)d guide has a new owner.", "%(count)d guides have a new owner.", done
        )
        say(self, request, text % {"count": done}, refused)
        return None

    @admin.action(description=gettext_lazy("Set the day of their review"), permissions=["change"])
    def set_review_day(self, request: HttpRequest, guides: QuerySet[Guide]) -> HttpResponse | None:
        form = ReviewForm(request.POST if is_answered(request) else None)
        if not form.is_valid():
            asked = Asked(title=_("When should these guides be looked at?"), button=_("Set"))
            return ask(self, request, guides, asked, form)
        due = form.cleaned_data["review_after"]
        done, refused = _each(guides, lambda one: set_review(one, due=due, by=person(request)))
        text = ngettext(
            "%(count)d guide is due on %(day)s.", "%(count)d guides are due on %(day)s.", done
        )
        say(self, request, text % {"count": done, "day": due} if done else "", refused)
        return None


def _each(guides: Iterable[Guide], deed: Callable[[Guide], Any]) -> tuple[int, list[str]]:
    """How many were done, and a line for each that refused."""
    done, refused = 0, []
    for guide in guides:
        try:
            deed(guide)
        except BadGuide as why:
            refused += [f"{guide}: {problem}" for problem in sentences(why.complaints)]
        else:
            done += 1
    return done, refused
