"""The review queue: guides with a reason to look at them, and what to do about each."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from kb.ingest import BadGuide
from kb.models import Guide
from kb.services.guides.complaints import sentences
from kb.services.upkeep.review import archive, give_to, possible_owners, still_valid
from kb.services.upkeep.review_count import remember
from kb.services.upkeep.review_queue import review_queue
from probes.requests import PageRequest

GUIDES_PER_PAGE = 30
_FILTERS = ("reason", "service", "owner")


@login_required
@permission_required("kb.change_guide", raise_exception=True)
@require_http_methods(["GET", "POST"])
def review(request: PageRequest) -> HttpResponse:
    if request.method == "POST":
        return _decide(request)
    chosen = {name: request.GET.get(name, "") for name in _FILTERS}
    queue = review_queue(**chosen)
    remember(queue.total)
    page = Paginator(queue.rows, GUIDES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "queue": queue,
        "page": page,
        "chosen": chosen,
        "is_narrowed": any(chosen.values()),
        "possible_owners": possible_owners(),
    }
    return render(request, "kb/review.html", context)


def _decide(request: PageRequest) -> HttpResponse:
    """`deed` is what was pressed, `guide` the row's own or all that are ticked."""
    slugs = request.POST.getlist("guide")
    guides = Guide.objects.filter(slug__in=slugs).order_by("slug")
    match request.POST.get("deed"):
        case "valid":
            note = request.POST.get("note", "")
            _each(request, guides, lambda one: _confirm(one, request.user, note), _confirmed)
        case "owner":
            _give(request, guides, request.POST.get("owner", ""))
        case "archive":
            if not request.user.has_perm("kb.publish_guide"):
                raise PermissionDenied(_("You may not publish or archive guides."))
            _each(request, guides, lambda one: archive(one, by=request.user), _archived)
        case _:
            return HttpResponseBadRequest(_("Nothing was chosen to do."))
    if request.POST.get("back") == "guide" and len(slugs) == 1:
        return redirect("guide", slugs[0])
    return redirect(request.get_full_path())


def _confirm(guide: Guide, by: User, note: str) -> None:
    still_valid(guide, by=by, note=note)


def _each(
    request: PageRequest,
    guides: QuerySet[Guide],
    deed: Callable[[Guide], None],
    said: Callable[[int], str],
) -> None:
    """A guide that refuses is named with its reasons; the others are done all the same."""
    if not guides:
        messages.warning(request, _("Tick the guides first."))
    done = [guide for guide in guides if _done(request, guide, deed)]
    if done:
        messages.success(request, said(len(done)))


def _done(request: PageRequest, guide: Guide, deed: Callable[[Guide], None]) -> bool:
    try:
        deed(guide)
    except BadGuide as refused:
        for problem in sentences(refused.complaints):
            messages.error(request, f"{guide.localized('title')}: {problem}")
        return False
    return True


def _give(request: PageRequest, guides: QuerySet[Guide], name: str) -> None:
    owner = next((one for one in possible_owners() if one.get_username() == name), None)
    if name and owner is None:
        said = _("Nobody who may write guides is called “%(name)s”.") % {"name": name}
        messages.error(request, said)
        return
    _each(request, guides, lambda one: give_to(one, owner), _given)


def _confirmed(count: int) -> str:
    return ngettext(
        "%(count)d guide is still valid, and due again in 90 days.",
        "%(count)d guides are still valid, and due again in 90 days.",
        count,
    ) % {"count": count}


def _given(count: int) -> str:
    return ngettext(
        "%(count)d guide has a new owner.", "%(count)d guides have a new owner.", count
    ) % {"count": count}


def _archived(count: int) -> str:
    return ngettext(
        "%(count)d guide is archived: nobody is led to it any more.",
        "%(count)d guides are archived: nobody is led to them any more.",
        count,
    ) % {"count": count}
