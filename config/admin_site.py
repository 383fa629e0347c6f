"""The admin of the whole base."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class KnownfixAdminSite(AdminSite):
    site_header = _("Knownfix administration")
    site_title = _("Knownfix")
    index_title = _("Knowledge, incidents and probes")
