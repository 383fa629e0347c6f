"""A guide's picture, as bytes: only for who may read guides, and nothing but a picture."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from kb.models import GuideImage
from kb.rendering.pictures import ENDINGS
from probes.requests import PageRequest

# Opened alone, a picture is a document: it may load and run nothing.
_POLICY = "default-src 'none'; sandbox"
# The address is made from the bytes. `private`: only who logged in may see it.
_CACHING = "private, max-age=31536000, immutable"


@login_required
@permission_required("kb.view_guide", raise_exception=True)
@require_safe
def picture(_request: PageRequest, sha256: str, ending: str) -> HttpResponse:
    types = [media_type for media_type, known in ENDINGS.items() if known == ending]
    image = get_object_or_404(GuideImage, sha256=sha256, media_type__in=types)
    response = HttpResponse(bytes(image.content), content_type=image.media_type)
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = _CACHING
    response["Content-Disposition"] = "inline"
    return response
