"""What a scenario needs of this machine, and how to get what is missing."""

import functools
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something of the machine; `how` says what to do where `is_there` says no."""

    name: str
    how: str
    is_there: Callable[[], bool]

    @property
    def complaint(self) -> str:
        return f"MISSING: {self.name} ({self.how})"


def missing(needs: Iterable[Need]) -> list[Need]:
    return [need for need in dict.fromkeys(needs) if not need.is_there()]


def program(name: str, package: str) -> Need:
    return Need(
        name=name,
        how=f"apt install {package}",
        is_there=functools.partial(_is_found, name),
    )


def library(module: str, package: str = "") -> Need:
    return Need(
        name=package or module,
        how="pip install -r requirements-lab.txt",
        is_there=lambda: importlib.util.find_spec(module) is not None,
    )


# Debian keeps some of them where only root's PATH leads.
_MORE_FOLDERS = ":/usr/local/sbin:/usr/sbin:/sbin"


def _is_found(name: str) -> bool:
    return found(name) is not None


def found(name: str) -> str | None:
    """The full path of a program, also where only root would find it."""
    return shutil.which(name, path=os.environ.get("PATH", os.defpath) + _MORE_FOLDERS)


@functools.cache
def _may_make_namespaces() -> bool:
    unshare = found("unshare")
    if unshare is None or os.geteuid() != 0:
        return False
    return (
        subprocess.run([unshare, "--net", "true"], capture_output=True, check=False).returncode == 0
    )


ROOT = Need(name="root", how="run as root", is_there=lambda: os.geteuid() == 0)
NAMESPACES = Need(
    name="network namespaces",
    how="run as root, with the right to make them: CAP_SYS_ADMIN",
    is_there=_may_make_namespaces,
)
IP = program("ip", "iproute2")
NFT = program("nft", "nftables")
NGINX = program("nginx", "nginx-light")
FASTAPI = library("fastapi")
UVICORN = library("uvicorn")
GUNICORN = library("gunicorn")

DOCKERD = program("dockerd", "docker.io")
BUSYBOX = program("busybox", "busybox-static")
NAGIOS = Need(
    name="Nagios plugins",
    how="apt install monitoring-plugins-basic",
    is_there=lambda: Path("/usr/lib/nagios/plugins/check_ping").exists(),
)
POSTGRES = Need(
    name="PostgreSQL",
    how="apt install postgresql",
    is_there=lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
)
BOTO3 = library("boto3")
MOTO = library("moto")

EVERYTHING = (
    NAMESPACES, IP, NFT, NGINX, FASTAPI, UVICORN, GUNICORN, DOCKERD, BUSYBOX, NAGIOS, POSTGRES, BOTO3, MOTO,
)  # fmt: skip
SITE = (NAMESPACES, IP, FASTAPI, UVICORN)
ENGINE = (ROOT, DOCKERD, BUSYBOX)
CLOUD = (MOTO, BOTO3, FASTAPI, UVICORN)
BALANCED = (*SITE, NGINX)
FILTERED = (*BALANCED, NFT)
