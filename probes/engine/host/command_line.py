"""A process's command line as it may be shown: quoted, and without the secrets it was given."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from probes.engine.redact import mask, names_a_secret, redact

MAX_CMDLINE = 500
# Short options that carry a password, by program: what no pattern over text can tell from
# `ssh -p 22`. With mysql's the value is always attached; alone it asks at the terminal.
_ATTACHED = dict.fromkeys(
    ("mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump", "7z", "7za"),
    "-p",
)
_SEPARATE = {
    "redis-cli": "-a",
    "sshpass": "-p",
    "mongo": "-p",
    "mongosh": "-p",
    "mongodump": "-p",
    "sqlcmd": "-P",
    "bcp": "-P",
    "ldapsearch": "-w",
    "ldapmodify": "-w",
    "zip": "-P",
    "unzip": "-P",
}


def shown(argv: Sequence[str]) -> str:
    """Masked before it is cut: a part of a secret no longer looks like one."""
    words = [" ".join(word.split()) for word in _masked(argv)]
    # A program that wrote a title over its arguments left one word of several.
    return redact(shlex.join(words) if len(words) > 1 else "".join(words)).text[:MAX_CMDLINE]


def _masked(argv: Sequence[str]) -> Iterator[str]:
    program = ""
    is_secret_next = False
    for word in argv:
        if is_secret_next and not word.startswith("-"):
            yield mask("secret")
            is_secret_next = False
            continue
        name = PurePath(word).name.removesuffix(".exe")
        # Also behind a wrapper: `sudo mysql -p…`, `sshpass -p … ssh`.
        program = name if name in _ATTACHED or name in _SEPARATE else program
        option = _ATTACHED.get(program) or _SEPARATE.get(program, "")
        is_secret_next = _is_awaited(word, _SEPARATE.get(program))
        if option and word.startswith(option) and len(word) > len(option):
            yield option + mask("secret")
        else:
            yield word


def _is_awaited(word: str, option: str | None) -> bool:
    """True when the next word is the secret: `--db-pass …`, or a short option that is one."""
    return word == option or (word.startswith("--") and names_a_secret(word.removeprefix("--")))
