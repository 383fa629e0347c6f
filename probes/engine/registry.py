"""The kinds there are, and checking a definition against its kind."""

from collections.abc import Mapping
from typing import Any

from probes.engine.errors import Complaint, InvalidParams
from probes.engine.kinds import (
    asgi_target,
    aws_instance_state,
    aws_network_path,
    aws_sg_ingress,
    aws_target_group_health,
    cors_preflight,
    dns_resolve,
    docker_container,
    docker_log,
    env_file_keys,
    env_var,
    file_present,
    firewall_port,
    hosts_entry,
    http,
    http_timing,
    log_match,
    manual,
    nagios,
    port_listen,
    privileged_port,
    process,
    python_import,
    python_packages,
    settings_contains,
    sql_query,
    tcp_connect,
    tls_certificate,
)
from probes.engine.placeholders import fill, holds_placeholder, placeholders
from probes.engine.schema import Kind, Param
from probes.engine.spec import Status
from probes.engine.values import MAX_ENTRIES, read_value

__all__ = [
    "KINDS",
    "Kind",
    "Param",
    "check_expectation",
    "fill",
    "fill_in",
    "kind_named",
    "placeholders",
    "validate",
]

KINDS: Mapping[str, Kind] = {
    "port_listen": port_listen.KIND,
    "tcp_connect": tcp_connect.KIND,
    "tls_certificate": tls_certificate.KIND,
    "http": http.KIND,
    "http_timing": http_timing.KIND,
    "cors_preflight": cors_preflight.KIND,
    "file_present": file_present.KIND,
    "python_import": python_import.KIND,
    "python_packages": python_packages.KIND,
    "sql_query": sql_query.KIND,
    "asgi_target": asgi_target.KIND,
    "process": process.KIND,
    "log_match": log_match.KIND,
    "env_file_keys": env_file_keys.KIND,
    "env_var": env_var.KIND,
    "dns_resolve": dns_resolve.KIND,
    "hosts_entry": hosts_entry.KIND,
    "docker_container": docker_container.KIND,
    "docker_log": docker_log.KIND,
    "firewall_port": firewall_port.KIND,
    "nagios": nagios.KIND,
    "aws_target_group_health": aws_target_group_health.KIND,
    "aws_sg_ingress": aws_sg_ingress.KIND,
    "aws_instance_state": aws_instance_state.KIND,
    "aws_network_path": aws_network_path.KIND,
    "settings_contains": settings_contains.KIND,
    "privileged_port": privileged_port.KIND,
    "manual": manual.KIND,
}


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises InvalidParams listing those there are."""
    if name in KINDS:
        return KINDS[name]
    known = ", ".join(KINDS)
    raise InvalidParams([Complaint(field="kind", message=f"{name!r} is not one of {known}")])


def validate(kind: str, params: Any, *, placeholders: bool = False) -> dict[str, Any]:
    """The parameters, coerced and with defaults, as JSON values. Raises InvalidParams.

    With `placeholders`, a text that holds `${name}` stands for any value and is kept as it is.
    """
    described = kind_named(kind)
    if not isinstance(params, Mapping):
        raise InvalidParams([Complaint(field="params", message="must be names with values")])
    complaints = _unknown_names(described, params)
    cleaned: dict[str, Any] = {}
    for param in described.params:
        try:
            cleaned[param.name] = _clean(param, params.get(param.name), open_ended=placeholders)
        except ValueError as error:
            complaints.append(Complaint(field=param.name, message=str(error)))
    if not complaints:
        complaints.extend(described.check(cleaned))
    if complaints:
        raise InvalidParams(complaints)
    return cleaned


def fill_in(kind: str, params: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """`fill` for a definition of this kind, all complaints at once.

    What becomes part of a program's argument must not begin like an option: the definition says
    which options there are, and a value stays a value.
    """
    arguments = [params.get(p.name) for p in kind_named(kind).params if p.type == "argument"]
    complaints = [
        Complaint(field=name, message=problem)
        for name in sorted(placeholders(arguments))
        if (problem := _argument_problem(values.get(name)))
    ]
    try:
        filled = fill(params, values)
    except InvalidParams as missing:
        raise InvalidParams([*complaints, *missing.complaints]) from None
    if complaints:
        raise InvalidParams(complaints)
    return filled


def _argument_problem(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        return "must be one value"
    if not str(value).strip():
        return "must not be empty"
    return "must not start with a dash" if str(value).lstrip().startswith("-") else ""


def check_expectation(kind: str, expectation: Any) -> None:
    """Raises InvalidParams for an unknown code or status, or a remapping of UNKNOWN."""
    described = kind_named(kind)
    if not isinstance(expectation, Mapping):
        complaint = Complaint(field="expectation", message="must be reason codes with a status")
        raise InvalidParams([complaint])
    complaints = [
        Complaint(field="expectation", message=problem)
        for code, status in expectation.items()
        if (problem := _expectation_problem(described, code, status))
    ]
    if complaints:
        raise InvalidParams(complaints)


def _expectation_problem(kind: Kind, code: Any, status: Any) -> str:
    if not isinstance(code, str) or code not in kind.reasons:
        looked = [name for name, own in kind.reasons.items() if own is not Status.UNKNOWN]
        return f"{code!r} is not a reason of {kind.name}; there are {', '.join(looked)}"
    if kind.reasons[code] is Status.UNKNOWN:
        return f"{code} means that nothing was seen, so it always stays UNKNOWN"
    if status not in (Status.OK, Status.WARNING, Status.CRITICAL):
        return f"{code} can be OK, WARNING or CRITICAL, not {status!r}"
    return ""


def _unknown_names(kind: Kind, params: Mapping[str, Any]) -> list[Complaint]:
    known = {param.name for param in kind.params}
    return [
        Complaint(field=str(name), message=f"{kind.name} has no such parameter")
        for name in params
        if name not in known
    ]


def _clean(param: Param, value: Any, *, open_ended: bool) -> Any:
    if value is None or value == "" or (param.multiple and value == []):
        if param.required:
            raise ValueError("must be given")
        return list(param.default or ()) if param.multiple else param.default
    if open_ended and holds_placeholder(value):
        return value
    if param.multiple:
        return _clean_many(param, value, open_ended=open_ended)
    return _clean_one(param, value, open_ended=open_ended)


def _clean_many(param: Param, value: Any, *, open_ended: bool) -> list[Any]:
    values = list(value) if isinstance(value, list | tuple) else [value]
    if len(values) > MAX_ENTRIES:
        raise ValueError(f"holds more than {MAX_ENTRIES} entries")
    return [_clean_one(param, each, open_ended=open_ended) for each in values]


def _clean_one(param: Param, value: Any, *, open_ended: bool) -> Any:
    if open_ended and holds_placeholder(value):
        return value
    return read_value(param, value)
