"""What a page's view knows about its request once the login was checked, for the type checker."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    user: User
    htmx: HtmxDetails
