"""A certificate authority of our own, that signs for any dates: the openssl program, in a folder."""

import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

_CONFIG = """
[ca]
default_ca = ours
[ours]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = anything
copy_extensions = copy
unique_subject = no
[anything]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
"""
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    """`pem` is what a client has to trust."""

    def __init__(self, folder: Path, name: str = "Lab authority") -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        (folder / "index.txt").touch()
        (folder / "openssl.cnf").write_text(_CONFIG.format(folder=folder))
        self.pem = folder / "ca.pem"
        self._openssl("req", "-x509", *_KEY, "-days", "3650", "-subj", f"/CN={name}",
                      "-extensions", "authority", "-keyout", "ca.key", "-out", "ca.pem")  # fmt: skip

    def signs(
        self,
        name: str,
        *,
        days: float = 90,
        since_days: float = 1,
        also: str = "",
        by_itself: bool = False,
    ) -> ssl.SSLContext:
        """A server's context with a certificate for `name`, valid from `since_days` ago until
        `days` from now; `also` are further subjectAltNames such as `IP:127.0.0.1`."""
        stem = f"leaf{len(list(self.folder.iterdir()))}"
        names = ",".join(filter(None, [f"DNS:{name}", also]))
        self._openssl("req", *_KEY, "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}",
                      "-keyout", f"{stem}.key", "-out", f"{stem}.csr")  # fmt: skip
        signer = ["-selfsign", "-keyfile", f"{stem}.key"] if by_itself else [
            "-cert", "ca.pem", "-keyfile", "ca.key",
        ]  # fmt: skip
        self._openssl("ca", "-batch", "-notext", *signer, "-startdate", _at(-since_days),
                      "-enddate", _at(days), "-in", f"{stem}.csr", "-out", f"{stem}.pem")  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")
        self.last = self.folder / f"{stem}.pem"
        return context

    def _openssl(self, *arguments: str) -> None:
        config = ["-config", "openssl.cnf"]
        subprocess.run(
            ["openssl", arguments[0], *config, *arguments[1:]],
            cwd=self.folder, check=True, capture_output=True,
        )  # fmt: skip


def _at(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")
