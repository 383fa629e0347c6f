"""What to do when a probe could not look, and who can do it, for every such reason code.

A kind with a new way of not looking adds its line here; a test holds that none is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """`who` is a role of the base: operator, author or responder."""

    who: str
    what: str | Promise

    @property
    def who_words(self) -> str | Promise:
        return WHO[self.who]


WHO: Mapping[str, str | Promise] = {
    "operator": _("For a probe operator"),
    "author": _("For the probe's author"),
    "responder": _("For you"),
}


def _operator(what: str | Promise) -> Remedy:
    return Remedy(who="operator", what=what)


def _author(what: str | Promise) -> Remedy:
    return Remedy(who="author", what=what)


def _responder(what: str | Promise) -> Remedy:
    return Remedy(who="responder", what=what)


REMEDIES: Mapping[str, Remedy] = {
    "permission_denied": _operator(
        _("Let the user that runs the worker or the agent read this, or run it as one that may.")
    ),
    "not_allowed": _operator(
        _(
            "Add what the summary names (network, folder, kind, interpreter) to the location, and "
            "to the host's limits file where it has one, if probes may look there."
        )
    ),
    "secret_missing": _operator(
        _("Name this secret under [secrets] in the limits file of the host that looks.")
    ),
    "library_missing": _operator(
        _("Install the library on the host that looks, with the command in the summary.")
    ),
    "probe_crashed": _operator(
        _("This is a defect of the probe. Its traceback is in the log of the worker or agent.")
    ),
    "runner_overloaded": _responder(
        _("Run it again. If it stays so, an operator starts another worker or spreads schedules.")
    ),
    "bad_definition": _author(
        _("Correct the definition or the values that the summary names, and have it approved.")
    ),
    "needs_person": _responder(_("Look for yourself, and give the answer on the probe's page.")),
    "runner_lost": _operator(
        _("Look in the worker's log for what ended it three times, then run the check again.")
    ),
    "no_agent": _operator(
        _("Start the agent of this location, or choose a location whose agent is running.")
    ),
    "not_approved": _operator(
        _("Look at the changed definition and approve it; then ask for the run again.")
    ),
    "resolver_unavailable": _operator(
        _("Repair name resolution on the host that looks: its DNS servers did not answer.")
    ),
    "body_too_large": _author(
        _("Ask for a smaller page, such as a health endpoint: at most 64 KiB are read.")
    ),
    "timeout": _author(
        _("Run it again. If it stays so, give the probe a longer timeout and have it approved.")
    ),
    "interpreter_missing": _author(
        _("Give the full path of a Python interpreter that exists on the host that looks.")
    ),
    "agent_outdated": _operator(
        _("Fetch agent.pyz from this base again on the host that looks, and start it anew.")
    ),
    "unreadable": _operator(
        _(
            "Look at what the summary names on the host that looks: it is there, and could not be "
            "read or taken apart."
        )
    ),
    "not_running": _responder(
        _("Start the process, or correct the pid or the pattern, then run this again.")
    ),
    "cannot_judge": _author(
        _(
            "Pin exact versions, or install `packaging` in the interpreter that is asked: without it "
            "ranges are not judged."
        )
    ),
    "daemon_unreachable": _operator(
        _(
            "Start Docker or Podman on the host that looks, or name its socket as docker_socket in "
            "the host's limits file."
        )
    ),
    "plugin_unknown": _author(
        _("Start the plugin by hand with the same arguments: it says itself why it could not look.")
    ),
    "bad_exit": _author(
        _("Name a Nagios plugin: it has to end with 0, 1, 2 or 3, and this program did not.")
    ),
    "not_started": _operator(
        _("Correct the plugin's path in the limits file, and let the runner's user execute it.")
    ),
    "tool_missing": _operator(
        _("Install nft, iptables or ufw on the host that looks, as the summary says.")
    ),
    "not_understood": _responder(
        _("Read the rule in the summary by hand: it decides, and the probe does not know it.")
    ),
    "no_credentials": _operator(
        _(
            "Put keys for this profile into ~/.aws/credentials of the runner's user, and list the "
            "profile under [aws] in the host's limits file."
        )
    ),
    "access_denied": _operator(
        _("Allow the profile's user the describe call that the summary names.")
    ),
    "throttled": _responder(_("Wait a minute and run it again: AWS was asked too often.")),
    "endpoint_unreachable": _operator(
        _("Check the region, and that this host reaches AWS over HTTPS.")
    ),
    "api_error": _responder(
        _("Run it again later. AWS itself failed, in the words of the summary.")
    ),
    "prefix_list_unread": _responder(
        _("Look into the prefix list that the summary names: it decides, and is not read here.")
    ),
    "skipped": _responder(_("Answer it when somebody can look: nobody has looked yet.")),
}


def remedy_of(reason_code: str) -> Remedy | None:
    """None for a code that means that we looked, or that no kind has any more."""
    return REMEDIES.get(reason_code)
