"""Lists narrowed to what belongs to one guide, or is about one service."""

from django.utils.translation import gettext_lazy as _

from kb.models import Guide, Service
from probes.admin.chosen import ChosenFilter


class OfGuide(ChosenFilter):
    title = _("guide")
    parameter_name = "guide__id__exact"
    model = Guide


class OfService(ChosenFilter):
    title = _("services")
    parameter_name = "services__id__exact"
    model = Service
    listed = 40
