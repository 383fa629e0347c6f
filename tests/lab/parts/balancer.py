"""An nginx that stands in for the load balancer: it waits one second for the API, no longer."""

from tests.lab.lab import Lab
from tests.lab.machine import found
from tests.lab.place import Place
from tests.lab.service import Service

PORT = 80
_CONFIGURATION = """
daemon off;
# One process: what is killed is all of it.
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {address}:{port};
    location / {{
      {answer}
    }}
  }}
}}
"""
_ASK_UPSTREAM = """proxy_pass http://{upstream};
      proxy_set_header Host $host;
      proxy_connect_timeout 1s;
      proxy_read_timeout 1s;"""
# What an ALB answers when no target is registered.
_NO_TARGET = "return 503;"


def balance(lab: Lab, *, at: Place, upstream: str = "") -> Service:
    """Before that address and port; without one, as a balancer that has no target."""
    answer = _ASK_UPSTREAM.format(upstream=upstream) if upstream else _NO_TARGET
    folder = lab.folder / "nginx"
    folder.mkdir(exist_ok=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        _CONFIGURATION.format(folder=folder, address=at.address, port=PORT, answer=answer)
    )
    argv = [found("nginx") or "nginx", "-p", str(folder), "-e", "stderr", "-c", str(configuration)]
    return lab.start("nginx", argv, at=at, cwd=folder).wait_until_listening(PORT)
