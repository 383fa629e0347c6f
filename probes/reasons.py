"""Reason codes in the reader's language. A test holds that no code of a kind is missing."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: Mapping[str, str | Promise] = {
    # We could not look.
    "permission_denied": _("No permission to look"),
    "not_allowed": _("Looking there is not allowed"),
    "secret_missing": _("A secret it needs is not known here"),
    "library_missing": _("A library it needs is not installed here"),
    "probe_crashed": _("The probe itself crashed"),
    "runner_overloaded": _("The runner was too busy to measure"),
    "bad_definition": _("The definition is not valid"),
    "agent_outdated": _("Agent and base are of different versions"),
    "needs_person": _("A person has to answer this"),
    "runner_lost": _("The runner was lost"),
    "no_agent": _("No agent came for it"),
    "resolver_unavailable": _("Names cannot be looked up here"),
    # port_listen
    "listening": _("Something listens on the port"),
    "not_listening": _("Nothing listens on the port"),
    "held_by_other": _("Another process holds the port"),
    "bound_loopback_only": _("Listens on loopback only"),
    "pid_hidden": _("Something listens, its process is hidden"),
    # tcp_connect
    "connected": _("The connection was accepted"),
    "refused": _("The connection was refused"),
    "timed_out_connect": _("No answer while connecting"),
    "reset": _("The connection was reset"),
    "no_route": _("No route to the host"),
    "dns_failed": _("The name was not found"),
    # http
    "as_expected": _("Answered as expected"),
    "wrong_status": _("Answered with another status"),
    "body_mismatch": _("The body is not what was expected"),
    "header_missing": _("A header is missing or different"),
    "timed_out_ttfb": _("Connected, but no answer came"),
    "timed_out_body": _("The answer did not end in time"),
    "body_too_large": _("The answer is larger than is read"),
    "bad_response": _("The answer is not proper HTTP"),
    "too_many_redirects": _("Redirected too often"),
    "tls_failed": _("The TLS handshake failed"),
    # cors_preflight
    "allowed": _("The origin is allowed"),
    "origin_not_allowed": _("The origin is not allowed"),
    "method_not_allowed": _("The method is not allowed"),
    "header_not_allowed": _("A request header is not allowed"),
    "no_cors_headers": _("The answer has no CORS headers"),
    "masked_by_5xx": _("A proxy answered 5xx before CORS could"),
    "unreachable": _("The server could not be reached"),
    "preflight_refused": _("The preflight was refused"),
    # file_present
    "present": _("The file is there"),
    "absent": _("The file is not there"),
    "wrong_kind": _("It is there, but not what was expected"),
    "too_small": _("It is smaller than expected"),
    "too_open": _("Its permissions are wider than allowed"),
    "unreadable": _("It could not be read"),
    # python_import and asgi_target
    "importable": _("Every module can be imported"),
    "module_not_found": _("A module is missing"),
    "import_error": _("Importing failed"),
    "interpreter_missing": _("The interpreter is not there"),
    "timeout": _("It took too long"),
    "loadable": _("The application can be loaded"),
    "attr_missing": _("The module lacks the application"),
    "not_callable": _("What was found cannot be called"),
    "wrong_cwd": _("The module is not in this folder"),
    # manual
    "confirmed": _("Confirmed by a person"),
    "denied": _("Denied by a person"),
    "skipped": _("Skipped by a person"),
}


def label(reason_code: str) -> str:
    """The code in words; a code of a kind that no longer exists stays as it is."""
    return str(LABELS.get(reason_code, reason_code))
