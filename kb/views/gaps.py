"""What people looked up and nobody could answer: what to write next."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kb.services.gaps import Gap, answered_gaps, look_up_again, open_gaps, with_people
from probes.requests import PageRequest

GAPS_PER_PAGE = 30
# An address has to hold what a new guide's form begins with.
_MOST_TITLE, _MOST_SAMPLE = 120, 1_000


@login_required
@permission_required("kb.view_searchgap", raise_exception=True)
def gap_list(request: PageRequest) -> HttpResponse:
    is_answered = request.GET.get("state") == "answered"
    found = answered_gaps() if is_answered else open_gaps()
    page = Paginator(found, GAPS_PER_PAGE).get_page(request.GET.get("page"))
    may_write = request.user.is_staff and request.user.has_perm("kb.add_guide")
    rows = [
        {"gap": one.gap, "people": one.people, "begin": _begin(one) if may_write else ""}
        for one in with_people(page.object_list)
    ]
    return render(request, "kb/gaps.html", {"page": page, "rows": rows, "is_answered": is_answered})


@login_required
@permission_required("kb.change_guide", raise_exception=True)
@require_POST
def look_up(request: PageRequest, number: int) -> HttpResponse:
    """Ask again, after a guide was written: an answered gap leaves the queue."""
    guide = look_up_again(get_object_or_404(open_gaps(), pk=number))
    if guide is None:
        messages.info(request, _("Still nothing known about this."))
    else:
        answered = _("Answered now by “%(title)s”.") % {"title": guide.localized("title")}
        messages.success(request, answered)
    return redirect("gaps")


def _begin(one: Gap) -> str:
    """The form of a new guide that begins with the gap's text."""
    sample = one.gap.sample.strip()
    title = next((line.strip() for line in sample.splitlines() if line.strip()), "")
    fields = {"title": title[:_MOST_TITLE], "body": f"```text\n{sample[:_MOST_SAMPLE]}\n```\n"}
    return f"{reverse('admin:kb_guide_add')}?{urlencode(fields)}"
