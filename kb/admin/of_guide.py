"""Lists narrowed to what belongs to one guide."""

from django.utils.translation import gettext_lazy as _

from kb.models import Guide
from probes.admin.chosen import ChosenFilter


class OfGuide(ChosenFilter):
    title = _("guide")
    parameter_name = "guide__id__exact"
    model = Guide
