"""Values in commands: a word is replaced only where it can mean nothing but the parameter."""

import pytest
from django.utils import translation

from kb.models import Guide
from kb.rendering import Around, article
from kb.rendering.literals import Fillable, literals_in
from kb.services.diagnosing.filling import fill, fillables_of, read_filling


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def one(name: str, kind: str, literal: str) -> Fillable:
    return Fillable(name=name, kind=kind, literal=literal)


PORT = one("port", "port", "8000")
HOST = one("host", "host", "localhost")
CONTAINER = one("container", "container", "backend")
TARGET = one("target", "target", "app.main:app")
PID = one("pid", "pid", "1234")


@pytest.mark.parametrize(
    ("command", "fillable", "becomes"),
    [
        ("netstat -ano | findstr :8000", PORT, "netstat -ano | findstr :#"),
        ("ss -ltnp 'sport = :8000'", PORT, "ss -ltnp 'sport = :#'"),
        ("curl http://localhost:8000/docs", PORT, "curl http://localhost:#/docs"),
        ("docker ps --filter publish=8000", PORT, "docker ps --filter publish=#"),
        ("--query '[?FromPort==`8000`]'", PORT, "--query '[?FromPort==`#`]'"),
        ("curl http://localhost:18000/ 80000", PORT, "curl http://localhost:18000/ 80000"),
        ("openai==0.8000.1", PORT, "openai==0.8000.1"),
        ("Test-NetConnection -Port 443", one("port", "port", "443"), "Test-NetConnection -Port #"),
        ("curl https://x:443/ -m 443", one("port", "port", "443"), "curl https://x:#/ -m 443"),
        ("curl http://localhost:8000/", HOST, "curl http://#:8000/"),
        ("Test-NetConnection -ComputerName localhost", HOST, "Test-NetConnection -ComputerName #"),
        ("getent ahosts localhost", HOST, "getent ahosts localhost"),
        ("grep -n localhost /etc/hosts", HOST, "grep -n localhost /etc/hosts"),
        ("ping api.openai.com", one("h", "host", "api.openai.com"), "ping #"),
        ("docker logs backend", CONTAINER, "docker logs #"),
        ("cd /srv/backend && ls backend", CONTAINER, "cd /srv/backend && ls backend"),
        ("docker logs backend-2", CONTAINER, "docker logs backend-2"),
        ("uvicorn app.main:app --reload", TARGET, "uvicorn # --reload"),
        ("uvicorn my.app.main:app", TARGET, "uvicorn my.app.main:app"),
        ("taskkill /F /PID 1234", PID, "taskkill /F /PID #"),
        ("kill -9 1234   # 1234 again", PID, "kill -9 #   # 1234 again"),
        ("ps -o pid,args -p 1234", PID, "ps -o pid,args -p #"),
        ("ssh -p 1234 host", PID, "ssh -p 1234 host"),
        ('-Filter "ProcessId = 1234"', PID, '-Filter "ProcessId = #"'),
        ("curl https://x/health", one("health", "text", "/health"), "curl https://x#"),
        ("curl https://x/healthz", one("health", "text", "/health"), "curl https://x/healthz"),
        ("import jwt", one("module", "module", "jwt"), "import jwt"),
        ("uvicorn {{ target }} {{.State}}", TARGET, "uvicorn # {{.State}}"),
        ("echo {{other}}", TARGET, "echo {{other}}"),
    ],
)
def test_a_word_stands_for_a_parameter_where_it_is_certain(
    command: str, fillable: Fillable, becomes: str
) -> None:
    filled = command
    for found in reversed(literals_in(command, [fillable])):
        filled = filled[: found.start] + "#" + filled[found.end :]

    assert filled == becomes


SHARED_DEFAULT = [
    one("target_group", "text", "academy-api"),
    one("instance", "text", "academy-api"),
    one("container", "container", "academy-api"),
]


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("aws elbv2 describe-target-groups --names academy-api", ["target_group"]),
        ("aws ec2 describe-instances --filters Values=academy-api", ["instance"]),
        ("sudo docker logs academy-api", ["container"]),
        ("grep academy-api /var/log/api.log", []),
        ("describe-instances academy-api of the target group", []),
    ],
)
def test_of_two_parameters_with_one_default_the_line_names_one_or_none_is_filled(
    command: str, names: list[str]
) -> None:
    assert [found.name for found in literals_in(command, SHARED_DEFAULT)] == names


def test_of_two_words_at_one_place_the_longer_counts() -> None:
    url = one("url", "url", "http://localhost:8000/health")

    found = literals_in("curl http://localhost:8000/health", [PORT, HOST, url])

    assert [one.name for one in found] == ["url"]


BODY = """
```bash
ss -ltnp 'sport = :8000'   # :8000
kill -9 1234
```

```powershell
PS C:\\> taskkill /F /PID 1234
```

`localhost:8000` and `1234` and 8000.

```bash
aws ec2 describe-security-groups --group-ids <API SG>
docker stop <container>
```
"""


def guide(**parameters: dict[str, object]) -> Guide:
    return Guide(slug="connection", language="en", body=BODY, parameters=parameters)


PORT_SPEC = {"type": "port", "default": 8000, "label": "Server port"}
CONTAINER_SPEC = {"type": "container", "default": "backend", "label": "Container name"}


def test_every_occurrence_and_every_copy_is_filled() -> None:
    fillables = fillables_of(guide(port=PORT_SPEC), BODY)
    text = article(BODY, fillables)
    filling = fill(guide(port=PORT_SPEC), fillables, {"port": "9000", "pid": "77"}, {})

    html = text.html(Around(values=filling.values, is_article=True))

    # Twice in the block, twice where its commands stand one by one, once in the sentence.
    assert html.count('<span class="fill filled" data-fill="port">9000</span>') == 5
    assert 'data-copy-text="ss -ltnp &#x27;sport = :9000&#x27;   # :9000\nkill -9 77"' in html
    assert 'data-copy-text="taskkill /F /PID 77"' in html
    assert 'data-copy-pattern="taskkill /F /PID {{pid}}"' in html
    assert "<code>1234</code> and 8000." in html


def test_without_values_the_commands_are_the_authors_own() -> None:
    fillables = fillables_of(guide(port=PORT_SPEC), BODY)
    text = article(BODY, fillables)

    plain = text.html(Around())

    assert "fill" not in plain
    assert "data-copy-pattern" not in plain
    assert "ss -ltnp &#x27;sport = :8000&#x27;   # :8000\nkill -9 1234" in plain


def test_what_a_reader_has_to_replace_is_a_field() -> None:
    one = guide(port=PORT_SPEC, container=CONTAINER_SPEC)
    fields = {field.label: field for field in fill(one, fillables_of(one, BODY), {}, {}).fields}

    assert list(fields) == ["Server port", "Container name", "Process id (PID)", "API SG"]
    assert fields["API SG"].example == "<API SG>"
    assert fields["Container name"].example == "backend"
    assert article(BODY, fillables_of(one, BODY)).parameters == {
        "port", "container", "pid", fields["API SG"].name,
    }  # fmt: skip


def test_two_different_process_ids_are_no_example() -> None:
    body = "```bash\nkill 1234\nkill 5678\n```"

    assert fillables_of(guide(), body) == ()


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("port", "70000", "must be a port from 1 to 65535"),
        ("port", "80;80", "holds “;”"),
        ("host", "a b", "holds “ ”"),
        ("host", "-oProxyCommand=x", "must not start with a dash"),
        ("host", "a..b", "is not a host name"),
        ("text", "$(reboot)", "holds “$”"),
        ("text", "`id`", "holds “`”"),
        ("text", 'x"y', 'holds “"”'),
        ("text", "a'b", "holds “'”"),
        ("text", "a|b", "holds “|”"),
        ("text", "%PATH%", "holds “%”"),
        ("text", "a\\b", "holds “\\”"),
        ("text", "a\nb", "holds “\n”"),
        ("text", "~root", "holds “~”"),
        ("text", "*", "holds “*”"),
        ("text", "x" * 201, "longer than 200"),
        ("url", "http://a/?b=1&c=2", "holds “?”"),
        ("pid", "0", "must be a process id"),
        ("pid", "abc", "must be a process id"),
        ("gap", "sg-1 sg-2", "holds “ ”"),
    ],
)
def test_a_value_that_could_change_a_command_is_refused_and_fills_nothing(
    kind: str, value: str, said: str
) -> None:
    with pytest.raises(ValueError) as refused:
        read_filling(kind, value)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("port", " 9000 ", "9000"),
        ("host", "Api.Example", "api.example"),
        ("container", "web_1", "web_1"),
        ("target", "main:app", "main:app"),
        ("url", "https://a.example/health", "https://a.example/health"),
        ("path", "/srv/app", "/srv/app"),
        ("pid", "0077", "77"),
        ("gap", "sg-0a1b", "sg-0a1b"),
        ("gap", "보안그룹", "보안그룹"),
    ],
)
def test_a_plain_word_is_taken_as_its_type_reads_it(kind: str, value: str, read: str) -> None:
    assert read_filling(kind, value) == read


def test_a_refused_value_is_said_at_its_field_and_the_others_stay() -> None:
    one = guide(port=PORT_SPEC)
    filling = fill(one, fillables_of(one, BODY), {"port": "70000", "pid": "77"}, {"port": "9000"})
    by_name = {field.name: field for field in filling.fields}

    assert by_name["port"].error == "must be a port from 1 to 65535"
    assert by_name["port"].typed == "70000"
    assert filling.values == {"pid": "77"}


def test_a_typed_value_comes_before_the_cases_and_an_emptied_one_is_the_example() -> None:
    one = guide(port=PORT_SPEC)
    fillables = fillables_of(one, BODY)

    assert fill(one, fillables, {}, {"port": "9000"}).values == {"port": "9000"}
    assert fill(one, fillables, {"port": "9001"}, {"port": "9000"}).values == {"port": "9001"}
    assert fill(one, fillables, {"port": ""}, {"port": "9000"}).values == {}
    assert fill(one, fillables, {}, {"port": "$(x)"}).values == {}


def test_a_word_for_the_reader_is_no_gap_in_other_code() -> None:
    body = "```bash\nls <API SG>\n```\n\n```typescript\nlet a: Promise<API SG>\n```"
    html = article(body, fillables_of(guide(), body)).html(
        Around(is_article=True, values={fillables_of(guide(), body)[0].name: "sg-1"})
    )

    assert html.count("sg-1") == 2
    assert "data-fill" not in html.partition('data-language="typescript"')[2]
