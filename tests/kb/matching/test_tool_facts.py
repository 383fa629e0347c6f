"""What the tools of the trade print, and the facts that are read in it."""

import pytest

from kb.matching import analyse


def facts(text: str) -> set[tuple[str, str]]:
    return {(fact.type, fact.value) for fact in analyse(text).facts}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # browsers
        pytest.param(
            "GET http://localhost:8001/api net::ERR_CONNECTION_REFUSED",
            {
                ("error_constant", "ERR_CONNECTION_REFUSED"),
                ("host", "localhost"),
                ("port", "8001"),
                ("url", "http://localhost:8001/api"),
            },
            id="chrome",
        ),
        pytest.param(
            "NS_ERROR_NET_TIMEOUT http://shop.example.com:8443/cart",
            {
                ("error_constant", "NS_ERROR_NET_TIMEOUT"),
                ("host", "shop.example.com"),
                ("port", "8443"),
                ("url", "http://shop.example.com:8443/cart"),
            },
            id="firefox",
        ),
        pytest.param(
            "Fetch API cannot load http://localhost:8000/api due to access control checks.",
            {
                ("host", "localhost"),
                ("message", "due to access control checks"),
                ("port", "8000"),
                ("url", "http://localhost:8000/api"),
            },
            id="safari",
        ),
        pytest.param(
            "Failed to load resource: Could not connect to the server.",
            {("message", "Could not connect to the server")},
            id="safari, no server",
        ),
        # curl and wget
        pytest.param(
            "curl: (7) Failed to connect to localhost port 8001 after 0 ms: Couldn't connect to server",
            {("exit_code", "7"), ("host", "localhost"), ("port", "8001")},
            id="curl",
        ),
        pytest.param(
            "curl exited with exit code 28", {("exit_code", "28")}, id="an exit code in words"
        ),
        pytest.param(
            "Connecting to localhost (localhost)|127.0.0.1|:8000... failed: Connection refused.",
            {("host", "127.0.0.1"), ("port", "8000")},
            id="wget",
        ),
        pytest.param(
            "2026-06-17 10:00:00 ERROR 502: Bad Gateway.",
            {("http_status", "502")},
            id="wget, a status",
        ),
        # PowerShell and Windows
        pytest.param(
            "Invoke-WebRequest : Unable to connect to the remote server\n    + FullyQualifiedErrorId : System.Net.WebException,Microsoft.PowerShell.Commands.InvokeWebRequestCommand",
            {
                ("exception", "System.Net.WebException"),
                ("message", "Unable to connect to the remote server"),
            },
            id="powershell",
        ),
        pytest.param(
            "Invoke-WebRequest : 원격 서버에 연결할 수 없습니다.",
            {("message", "원격 서버에 연결할 수 없습니다")},
            id="powershell in Korean",
        ),
        pytest.param(
            "ComputerName     : localhost\nRemoteAddress    : ::1\nRemotePort       : 8000\nTcpTestSucceeded : False",
            {("host", "localhost"), ("port", "8000"), ("tcp_test", "False")},
            id="Test-NetConnection",
        ),
        pytest.param(
            "WARNING: TCP connect to (127.0.0.1 : 8000) failed",
            {("host", "127.0.0.1"), ("port", "8000")},
            id="Test-NetConnection warns",
        ),
        pytest.param(
            "127.0.0.1                           8000      0.0.0.0                             0          Listen      4120",
            {("port", "8000")},
            id="Get-NetTCPConnection",
        ),
        pytest.param(
            "[WinError 10061] 대상 컴퓨터에서 연결을 거부했으므로 연결하지 못했습니다",
            {("errno", "10061")},
            id="WinError",
        ),
        pytest.param(
            "WSAECONNREFUSED: WSA error 10061",
            {("errno", "10061"), ("error_constant", "WSAECONNREFUSED")},
            id="a WSA number",
        ),
        pytest.param(
            "could not connect to server: Connection refused (0x0000274D/10061)",
            {("errno", "10061")},
            id="psql on Windows",
        ),
        # Go
        pytest.param(
            "dial tcp 10.0.0.1:8000: connect: connection refused",
            {("host", "10.0.0.1"), ("message", "connect: connection refused"), ("port", "8000")},
            id="go",
        ),
        pytest.param(
            "read tcp 10.0.0.2:51000->10.0.0.1:8000: i/o timeout",
            {("host", "10.0.0.1"), ("message", "i/o timeout"), ("port", "8000")},
            id="go, a connection that timed out",
        ),
        pytest.param(
            'Get "http://api:8080/v1": context deadline exceeded',
            {
                ("host", "api"),
                ("message", "context deadline exceeded"),
                ("port", "8080"),
                ("url", "http://api:8080/v1"),
            },
            id="go, a deadline",
        ),
        pytest.param(
            "dial tcp: lookup db on 10.0.0.2:53: no such host",
            {("host", "db")},
            id="go, no such host",
        ),
        pytest.param(
            "\t/app/cmd/main.go:12 +0x1d",
            {("line", "12"), ("path", "/app/cmd/main.go")},
            id="go, a panic",
        ),
        # Java
        pytest.param(
            'Exception in thread "main" java.net.ConnectException: Connection refused\n\tat com.example.App.main(App.java:42)\nCaused by: org.postgresql.util.PSQLException: Connection to db:5432 refused',
            {
                ("exception", "java.net.ConnectException"),
                ("exception", "org.postgresql.util.PSQLException"),
                ("file", "App.java"),
                ("host", "db"),
                ("line", "42"),
                ("message", "Connection refused"),
                ("message", "Connection to db:5432 refused"),
                ("port", "5432"),
            },
            id="java, with its causes",
        ),
        # Node
        pytest.param(
            "Error: connect ECONNREFUSED ::1:8000\n  errno: -111,\n  code: 'ECONNREFUSED',\n  address: '::1',\n  port: 8000",
            {
                ("errno", "111"),
                ("error_constant", "ECONNREFUSED"),
                ("host", "::1"),
                ("port", "8000"),
            },
            id="node",
        ),
        pytest.param(
            "Error: listen EADDRINUSE: address already in use :::8000",
            {("error_constant", "EADDRINUSE"), ("port", "8000")},
            id="node, address in use",
        ),
        pytest.param(
            "Error: getaddrinfo ENOTFOUND db.internal",
            {("error_constant", "ENOTFOUND"), ("host", "db.internal")},
            id="node, no such host",
        ),
        # Python
        pytest.param(
            "requests.exceptions.ConnectionError: HTTPConnectionPool(host='api.internal', port=8000): Max retries exceeded with url: /v1 (Caused by NewConnectionError('[Errno 111] Connection refused'))",
            {
                ("errno", "111"),
                ("exception", "requests.exceptions.ConnectionError"),
                ("host", "api.internal"),
                (
                    "message",
                    "HTTPConnectionPool(host='api.internal', port=8000): Max retries exceeded with url: /v1 (Caused by NewConnectionError('[Errno 111] Connection refused'))",
                ),
                ("port", "8000"),
            },
            id="requests",
        ),
        pytest.param(
            "httpx.ConnectTimeout: timed out",
            {("exception", "httpx.ConnectTimeout"), ("message", "timed out")},
            id="httpx",
        ),
        pytest.param(
            "aiohttp.client_exceptions.ClientConnectorError: Cannot connect to host localhost:8000 ssl:default [Connect call failed ('127.0.0.1', 8000)]",
            {
                ("exception", "aiohttp.client_exceptions.ClientConnectorError"),
                ("host", "localhost"),
                (
                    "message",
                    "Cannot connect to host localhost:8000 ssl:default [Connect call failed ('127.0.0.1', 8000)]",
                ),
                ("port", "8000"),
            },
            id="aiohttp",
        ),
        pytest.param(
            '  File "/srv/app/main.py", line 12, in <module>',
            {("line", "12"), ("path", "/srv/app/main.py")},
            id="a traceback",
        ),
        # servers
        pytest.param(
            '2026/06/17 10:00:00 [error] 12#12: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.7, server: shop.example.com, upstream: "http://127.0.0.1:8000/"',
            {
                ("errno", "111"),
                ("host", "127.0.0.1"),
                ("port", "8000"),
                ("url", "http://127.0.0.1:8000/"),
            },
            id="nginx",
        ),
        pytest.param(
            'INFO:     10.0.0.8:41800 - "GET /health HTTP/1.1" 502 Bad Gateway',
            {("http_status", "502")},
            id="an access log, whose client port is no port to ask",
        ),
        # Docker
        pytest.param(
            "Error response from daemon: Bind for 0.0.0.0:8000 failed: port is already allocated",
            {("port", "8000")},
            id="docker, a port is taken",
        ),
        pytest.param(
            "Error response from daemon: No such container: backend",
            {("container", "backend")},
            id="docker, no container",
        ),
        pytest.param(
            "0.0.0.0:8001->8000/tcp, [::]:8001->8000/tcp",
            {("port", "8001")},
            id="docker ps, the published port",
        ),
        pytest.param(
            "dependency failed to start: container api-1 is unhealthy",
            {("container", "api-1")},
            id="compose",
        ),
        pytest.param(
            "api-1 exited with code 137",
            {("container", "api-1"), ("exit_code", "137")},
            id="compose, exited",
        ),
        # databases
        pytest.param(
            'psql: error: connection to server at "db" (10.0.0.5), port 5432 failed: FATAL:  password authentication failed for user "app"',
            {
                ("host", "db"),
                ("message", 'password authentication failed for user "app"'),
                ("port", "5432"),
            },
            id="psql",
        ),
        pytest.param(
            'SQLSTATE[42P01]: Undefined table: relation "users" does not exist',
            {("sqlstate", "42P01")},
            id="sqlstate",
        ),
        # Kubernetes and alerts
        pytest.param(
            "Warning  BackOff  2m (x5 over 3m)  kubelet  Back-off restarting failed container app in pod web-7d9c5b6f8-x2vqk_default",
            {("container", "app"), ("pod", "web-7d9c5b6f8-x2vqk")},
            id="kubectl, an event",
        ),
        pytest.param(
            "web-7d9c5b6f8-x2vqk   0/1   ImagePullBackOff   0   3m",
            {("error_constant", "ImagePullBackOff")},
            id="kubectl get pods",
        ),
        pytest.param(
            'ALERTS{alertname="KubePodCrashLooping", namespace="shop"}',
            {("alert", "KubePodCrashLooping")},
            id="a label",
        ),
        pytest.param(
            "[FIRING:1] KubePodCrashLooping (shop warning)",
            {("alert", "KubePodCrashLooping")},
            id="a notice",
        ),
        pytest.param(
            '{"labels": {"alertname": "TargetDown", "service": "payments"}}',
            {("alert", "TargetDown"), ("service", "payments")},
            id="JSON",
        ),
        pytest.param(
            "alertname=HostOutOfMemory", {("alert", "HostOutOfMemory")}, id="a bare label"
        ),
        # systemd and sockets
        pytest.param(
            "nginx.service: Main process exited, code=exited, status=1/FAILURE",
            {("exit_code", "1"), ("service", "nginx")},
            id="systemd",
        ),
        pytest.param(
            "  TCP    0.0.0.0:8000           0.0.0.0:0              LISTENING       28744",
            {("listening_address", "0.0.0.0:8000"), ("pid", "28744"), ("port", "8000")},
            id="netstat on Windows",
        ),
        pytest.param(
            "tcp        0      0 127.0.0.1:8000          0.0.0.0:*               LISTEN      1234/python3",
            {
                ("host", "127.0.0.1"),
                ("listening_address", "127.0.0.1:8000"),
                ("pid", "1234"),
                ("port", "8000"),
                ("process", "python3"),
            },
            id="netstat on Linux",
        ),
        pytest.param(
            'LISTEN 0      2048       127.0.0.1:8000       0.0.0.0:*    users:(("uvicorn",pid=1234,fd=13))',
            {
                ("host", "127.0.0.1"),
                ("listening_address", "127.0.0.1:8000"),
                ("pid", "1234"),
                ("port", "8000"),
                ("process", "uvicorn"),
            },
            id="ss",
        ),
        pytest.param(
            "python3  1234  app   13u  IPv4 0x1a2b      0t0  TCP 127.0.0.1:8000 (LISTEN)",
            {("host", "127.0.0.1"), ("listening_address", "127.0.0.1:8000"), ("port", "8000")},
            id="lsof",
        ),
    ],
)
def test_what_a_tool_prints_is_read(text: str, expected: set[tuple[str, str]]) -> None:
    assert facts(text) == expected


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        pytest.param(
            "INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)",
            "http://127.0.0.1:8000",
            "8000",
            id="uvicorn",
        ),
        pytest.param(
            "[INFO] Listening at: http://0.0.0.0:8000 (12)",
            "http://0.0.0.0:8000",
            "8000",
            id="gunicorn",
        ),
        pytest.param(
            "- ready started server on 0.0.0.0:3000, url: http://localhost:3000",
            "0.0.0.0:3000",
            "3000",
            id="next",
        ),
        pytest.param(
            "  Local:   http://localhost:5173/", "http://localhost:5173", "5173", id="vite"
        ),
        pytest.param("Server listening on port 3000", "3000", "3000", id="express"),
        pytest.param(
            "Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...",
            "0.0.0.0 port 8000",
            "8000",
            id="python",
        ),
        pytest.param(
            "Tomcat started on port(s): 8080 (http) with context path ''",
            "8080",
            "8080",
            id="tomcat",
        ),
        pytest.param(
            "Now listening on: http://localhost:5000", "http://localhost:5000", "5000", id="dotnet"
        ),
        pytest.param(
            "Starting development server at http://127.0.0.1:8000/",
            "http://127.0.0.1:8000",
            "8000",
            id="django",
        ),
    ],
)
def test_a_claim_to_listen_is_a_fact_of_its_own(text: str, address: str, port: str) -> None:
    analysis = analyse(text)

    assert analysis.values("claimed_address") == (address,)
    assert analysis.values("port") == (port,)


def test_a_claimed_host_is_nobody_s_question() -> None:
    assert analyse("Uvicorn running on http://127.0.0.1:8000").values("host") == ()


def test_a_claimed_port_gives_way_to_the_port_that_was_asked() -> None:
    claim = "Uvicorn running on http://127.0.0.1:8000"
    error = "curl: (7) Failed to connect to localhost port 8001"

    assert analyse(claim).values("port") == ("8000",)
    assert analyse(f"{claim}\n{error}").values("port") == ("8001",)


@pytest.mark.parametrize(
    "text",
    [
        "nothing is listening on port 8000",
        "uvicorn is not running on http://localhost:8000",
        "Is the server running on that host and accepting TCP/IP connections?",
    ],
)
def test_a_denial_claims_nothing(text: str) -> None:
    assert analyse(text).values("claimed_address") == ()


def test_a_socket_seen_to_listen_is_no_claim() -> None:
    row = "  TCP    127.0.0.1:8000         0.0.0.0:0              LISTENING       28744"

    assert analyse(row).values("listening_address") == ("127.0.0.1:8000",)
    assert analyse(row).values("claimed_address") == ()


def test_two_ports_are_two_facts() -> None:
    errors = [
        f":{port}/:1 Failed to load resource: net::ERR_CONNECTION_REFUSED" for port in (8001, 8000)
    ]

    assert analyse("\n".join(errors)).values("port") == ("8001", "8000")
