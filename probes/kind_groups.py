"""The kinds by what they look at, in the order a person would look for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from probes.engine import registry
from probes.engine.schema import Kind
from probes.engine_texts import translated

GROUPS: Mapping[str, tuple[str | Promise, tuple[str, ...]]] = {
    "network": (
        pgettext_lazy("a group of probe kinds", "Network"),
        ("tcp_connect", "dns_resolve", "tls_certificate", "http", "http_timing", "cors_preflight"),
    ),
    "host": (
        _("The host itself"),
        ("port_listen", "process", "firewall_port", "privileged_port", "hosts_entry"),
    ),
    "files": (
        _("Files and settings"),
        ("file_present", "log_match", "settings_contains", "env_file_keys", "env_var"),
    ),
    "programs": (
        _("Python programs"),
        ("asgi_target", "python_import", "python_packages"),
    ),
    "containers": (
        _("Containers and databases"),
        ("docker_container", "docker_log", "sql_query"),
    ),
    "aws": (
        pgettext_lazy("a group of probe kinds", "AWS"),
        (
            "aws_target_group_health",
            "aws_sg_ingress",
            "aws_instance_state",
            "aws_network_path",
        ),
    ),
    "others": (_("Other programs and people"), ("nagios", "manual")),
}


@dataclass(frozen=True, kw_only=True)
class KindGroup:
    name: str
    title: str
    kinds: tuple[Kind, ...]


def grouped_kinds() -> Iterator[KindGroup]:
    for name, (title, kinds) in GROUPS.items():
        found = tuple(registry.KINDS[kind] for kind in kinds)
        yield KindGroup(name=name, title=str(title), kinds=found)


def kind_words(name: str) -> str:
    """A kind's title in the reader's language; one that is gone keeps its name."""
    kind = registry.KINDS.get(name)
    return translated(kind.title) if kind else name
