"""Pictures for guides: stored once under the digest of their bytes, served from there."""

import hashlib
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from kb.models import GuideImage
from kb.rendering.pictures import ENDINGS, Picture, address_of
from kb.services.guides.picture_sizes import shape_of

MAX_BYTES = 1_000_000
# A decoder works on pixels, not bytes: a small file can unfold to gigabytes.
MAX_PIXELS_PER_SIDE = 10_000


class BadPicture(ValueError):
    """These bytes are no picture for a guide; the message says what to do. Nothing was stored."""


def store_picture(content: bytes, by: User | None) -> GuideImage:
    """The row of these bytes; the same bytes are stored once, by whoever came first.

    Raises BadPicture. The caller has checked `kb.change_guide`.
    """
    shape = shape_of(content)
    if len(content) > MAX_BYTES:
        said = _("The picture is %(size)s kB; a guide takes up to 1,000 kB. Make it smaller.")
        raise BadPicture(said % {"size": f"{-(-len(content) // 1000):,}"})
    if shape is None:
        raise BadPicture(_("This is no PNG, JPEG, GIF or WebP picture. Save it as one of these."))
    if max(shape.width, shape.height) > MAX_PIXELS_PER_SIDE:
        said = _("The picture is %(width)s × %(height)s pixels; up to 10,000 a side are taken.")
        raise BadPicture(said % {"width": shape.width, "height": shape.height})
    return GuideImage.objects.get_or_create(
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "media_type": shape.media_type,
            "content": content,
            "width": shape.width,
            "height": shape.height,
            "uploaded_by": by,
        },
    )[0]


def picture_address(image: GuideImage) -> str:
    """`/pictures/<sha256>.<ending>`, which never changes; what Markdown names it by."""
    return address_of(image.sha256, ENDINGS[image.media_type])


def pictures_by_digest(digests: Iterable[str]) -> dict[str, Picture]:
    """Those of the digests that are stored, without their bytes."""
    rows = GuideImage.objects.filter(sha256__in=list(digests)).defer("content")
    return {
        row.sha256: Picture(address=picture_address(row), width=row.width, height=row.height)
        for row in rows
    }
