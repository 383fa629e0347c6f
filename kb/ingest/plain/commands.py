"""What a command in a document does: it looks, it changes something, or it starts a program."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kb.ingest.plain.proposals import Value


@dataclass(frozen=True, kw_only=True)
class Looks:
    """It only looks; `kind` and `parameters` are a probe's, `probe` the definition that fits."""

    kind: str = "manual"
    parameters: Mapping[str, Value] = field(default_factory=dict)
    probe: str = ""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """It changes what is there: never a check."""

    risk: str


@dataclass(frozen=True, kw_only=True)
class Starts:
    """It starts a program or prepares its start: a step."""


Meaning = Looks | Changes | Starts

_PROMPT = re.compile(r"^\s*(?:PS(?: [^>\n]{0,200})?>|[A-Za-z]:\\[^>\n]{0,200}>|\$|>>>)\s+")
_PORT = re.compile(r"(?:^|[\s:=])(\d{2,5})(?![\d.])")
_URL = re.compile(r"https?://[^\s\"'`)\]]+")
_SCRIPT = re.compile(r"(?:\.{1,2}[\\/]|[\w.-]+[\\/])[\w.\\/-]*\.(?:ps1|sh|bat|cmd|py)$")
_ARGUMENT = re.compile(r"^-|\w:\w|\.(?:py|js|jar)$")
_TRAILING = re.compile(r"\s+#\s.*$")
# Options of `docker logs` that take a value.
_WITH_VALUE = frozenset({"--tail", "-n", "--since", "--until", "-f", "-p", "--project-name"})


def command_in(text: str) -> str:
    """The command of a line, without prompt and without the comment behind it."""
    return _TRAILING.sub("", _PROMPT.sub("", text)).strip()


def understand(command: str) -> Meaning | None:
    """What the command does, None where it is not one that is known."""
    words = command.replace('"', " ").replace("'", " ").replace(",", " ").split()[:60]
    while words and words[0].lower() in ("sudo", "cmd", "/c"):
        words = words[1:]
    if not words:
        return None
    program = words[0].lower().removesuffix(".exe")
    if read := _PROGRAMS.get(program):
        return read(words[1:], command)
    if _SCRIPT.match(words[0]):
        return Starts() if "activate" in program else Looks()
    return None


def _port(words: Sequence[str], command: str) -> Meaning | None:
    found = _PORT.search(command.partition(" ")[2])
    if found is None or not 0 < int(found[1]) < 65536:
        return Looks(kind="port_listen", probe="port-listen")
    return Looks(kind="port_listen", parameters={"port": int(found[1])}, probe="port-listen")


def _http(words: Sequence[str], command: str) -> Meaning | None:
    found = _URL.search(command)
    method = re.search(r"(?:-X|--request|-Method)\s+(\w+)", command, re.IGNORECASE)
    if found is None:
        return None
    if (method and method[1].upper() not in ("GET", "HEAD", "OPTIONS")) or " -d " in command:
        return Changes(risk="moderate")
    return Looks(kind="http", parameters={"url": found[0]}, probe="http-ok")


def _tcp(words: Sequence[str], command: str) -> Meaning | None:
    ports = [int(word) for word in words if word.isdecimal() and 0 < int(word[:6]) < 65536]
    hosts = [w for w in words if not w.startswith("-") and not w.isdecimal()]
    if not ports or not hosts:
        return Looks(kind="tcp_connect", probe="tcp")
    parameters: dict[str, Value] = {"host": hosts[0], "port": ports[-1]}
    return Looks(kind="tcp_connect", parameters=parameters, probe="tcp")


def _dns(words: Sequence[str], command: str) -> Meaning | None:
    names = [word for word in words if not word.startswith(("-", "+", "@"))]
    return Looks(kind="dns_resolve", parameters={"name": names[0]} if names else {})


def _docker(words: Sequence[str], command: str) -> Meaning | None:
    deed, rest = (words[0].lower(), words[1:]) if words else ("", words)
    if deed == "compose":
        return _compose(rest, command)
    if deed in ("ps", "inspect", "stats", "container"):
        return Looks(kind="docker_container", parameters=_name(rest), probe="docker-container")
    if deed == "logs":
        return Looks(kind="docker_log", parameters=_name(rest), probe="docker-log")
    if deed == "exec":
        return _inside(rest, command)
    if deed in ("rm", "rmi", "kill", "prune", "system", "volume", "network"):
        return Changes(risk="destructive")
    return Changes(risk="moderate") if deed in ("restart", "stop", "start", "run") else None


def _compose(words: Sequence[str], command: str) -> Meaning | None:
    deed, rest = (words[0].lower(), words[1:]) if words else ("", words)
    if deed == "logs":
        return Looks(kind="docker_log", parameters=_name(rest), probe="docker-log")
    if deed == "ps":
        return Looks(kind="docker_container", parameters=_name(rest), probe="docker-container")
    if deed in ("down", "rm") or "--force-recreate" in command:
        return Changes(risk="destructive")
    return Changes(risk="moderate") if deed in ("up", "restart", "stop", "build") else None


def _inside(words: Sequence[str], command: str) -> Meaning | None:
    """`docker exec NAME psql ... -c "SELECT ..."`"""
    names = [word for word in words if not word.startswith("-")]
    if len(names) > 1 and names[1] == "psql":
        return _psql(names[2:], command)
    return None


def _psql(words: Sequence[str], command: str) -> Meaning | None:
    found = re.search(r"-c\s+\"([^\"]+)\"", command) or re.search(r"-c\s+'([^']+)'", command)
    query = found[1].strip().rstrip(";") if found else ""
    if not query.lower().startswith(("select", "show")):
        return Changes(risk="moderate") if query else None
    return Looks(kind="sql_query", parameters={"query": query}, probe="ask-database-rows")


def _name(words: Sequence[str]) -> dict[str, Value]:
    """The container among the words: the first that is no option and no option's value."""
    for before, word in zip(["", *words], words, strict=False):
        is_value = before in _WITH_VALUE and word.isdecimal()
        if not word.startswith("-") and not is_value and word not in ("|", ">"):
            return {"name": word}
    return {}


def _aws(words: Sequence[str], command: str) -> Meaning | None:
    deed = words[1] if len(words) > 1 else ""
    if not deed.startswith(("describe", "get", "list")):
        return Changes(risk="moderate") if deed else None
    kinds = {
        "describe-target-health": ("aws_target_group_health", "aws-target-health"),
        "describe-security-groups": ("aws_sg_ingress", "aws-security-group"),
        "describe-instances": ("aws_instance_state", "aws-instance"),
    }
    kind, probe = kinds.get(deed, ("manual", ""))
    return Looks(kind=kind, probe=probe)


def _service(words: Sequence[str], command: str) -> Meaning | None:
    looks = {"status", "is-active", "get", "describe", "logs", "list-units", "top"}
    if not words:
        return None
    return Looks() if looks & {word.lower() for word in words[:2]} else Changes(risk="moderate")


def _pip(words: Sequence[str], command: str) -> Meaning | None:
    if words and words[0] in ("freeze", "check", "list", "show"):
        return Looks(probe="ask-pinned-versions")
    return Changes(risk="low") if words else None


def _python(words: Sequence[str], command: str) -> Meaning | None:
    if list(words[:2]) == ["-m", "pip"]:
        return _pip(words[2:], command)
    return _starts(words, command)


def _looks(words: Sequence[str], command: str) -> Meaning | None:
    return Looks()


def _starts(words: Sequence[str], command: str) -> Meaning | None:
    """`uvicorn app:main`, `npm start`; a sentence about a program is none."""
    is_start = words and (words[0] in ("run", "start", "install") or _ARGUMENT.search(words[0]))
    return Starts() if is_start else None


def _changes(risk: str) -> Callable[[Sequence[str], str], Meaning | None]:
    return lambda words, command: Changes(risk=risk)


_PROGRAMS: Mapping[str, Callable[[Sequence[str], str], Meaning | None]] = {
    **dict.fromkeys(("netstat", "ss", "lsof", "get-nettcpconnection"), _port),
    **dict.fromkeys(("curl", "wget", "invoke-restmethod", "invoke-webrequest", "iwr"), _http),
    **dict.fromkeys(("test-netconnection", "nc", "telnet", "tnc"), _tcp),
    **dict.fromkeys(("nslookup", "dig", "resolve-dnsname", "getent"), _dns),
    **dict.fromkeys(("systemctl", "service", "kubectl"), _service),
    **dict.fromkeys(("pip", "pip3"), _pip),
    **dict.fromkeys(("python", "python3", "py"), _python),
    **dict.fromkeys(("uvicorn", "gunicorn", "npm", "node", "yarn", "java"), _starts),
    **dict.fromkeys(("ping", "tracert", "traceroute", "journalctl", "ps", "pgrep", "df"), _looks),
    **dict.fromkeys(("tasklist", "get-process", "get-service", "free", "top"), _looks),
    **dict.fromkeys(("taskkill", "kill", "pkill", "killall", "rm", "del"), _changes("destructive")),
    **dict.fromkeys(("stop-process", "remove-item", "truncate"), _changes("destructive")),
    **dict.fromkeys(("restart-service", "start-service", "stop-service"), _changes("moderate")),
    "authorize-security-group-ingress": _changes("moderate"),
    "revoke-security-group-ingress": _changes("moderate"),
    "docker": _docker,
    "docker-compose": _compose,
    "psql": _psql,
    "aws": _aws,
}
