"""What secrets look like: the rules of `redact`, in the order they are applied."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from probes.engine.patterns import compile_own, finder_of_own


def _always(before: str, secret: str) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A pattern with the groups `before` (kept) and `secret` (masked).

    `hint` is a cheap test that the pattern can match at all. A value's end is looked for
    inside what the pattern took, and words that are no secret are kept. `accepts` says
    whether this secret, after that beginning, really is one.
    """

    sort: str
    pattern: Any
    hint: Callable[[str], bool]
    is_value: bool = False
    accepts: Callable[[str, str], bool] = _always


def looks_random(before: str, secret: str) -> bool:
    """Digits among letters, or longer than words are: a token rather than prose."""
    has_both = any(c.isdigit() for c in secret) and any(c.isalpha() for c in secret)
    return has_both or len(secret) >= 24


def _is_no_working_directory(before: str, secret: str) -> bool:
    """PWD=/srv/app is the shell's folder, not a password."""
    name = re.split(r"[^A-Za-z]", before.strip())[0].lower()
    return not (name in ("pwd", "oldpwd") and secret.startswith(("/", "~")))


def _is_no_unit_name(before: str, secret: str) -> bool:
    return secret not in ("getty", "serial-getty", "user")


def _contains(*marks: str) -> Callable[[str], bool]:
    return lambda text: all(mark in text for mark in marks)


def _contains_any(*words: str) -> Callable[[str], bool]:
    """In whatever case. Searching for a word costs a fraction of trying a pattern everywhere."""

    def hint(text: str) -> bool:
        folded = text.casefold()
        return any(word in folded for word in words)

    return hint


_NAMES = (
    "pass", "pwd", "secret", "token", "key", "credential", "session", "sessid", ".sid", "csrf", "xsrf",
    "sig", "비밀", "암호", "패스워드", "토큰", "인증키",
)  # fmt: skip
_KEY_BEGINNINGS = (
    "akia", "asia", "aroa", "aida", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
    "xox", "xapp-", "sk-", "rk_", "sk_", "pk_", "whsec_", "aiza", "ya29.", "npm_", "pypi-", "hf_",
    "doo_v1_", "dop_v1_", "dor_v1_", "sg.", "hooks.slack.com",
)  # fmt: skip
_OTHER_WORDS = (
    "private key-----", "@", "authorization", "cookie", "eyj", "bearer", "basic", "-u", "--",
    "identified", "</", "auth", "cred", "hmac", "salt", "nonce",
)  # fmt: skip
# Every rule needs one of these; most facts (an address, a phase, a summary) have none.
may_hold_a_secret = finder_of_own(
    "(?i)" + "|".join(map(re.escape, (*_NAMES, *_KEY_BEGINNINGS, *_OTHER_WORDS)))
)
_CLOSING_QUOTE = compile_own(r"[\"'](?:[,;:)}\]>]|$)")
_NEXT_NAME = compile_own(r"[&;,|]\\*[\"']?[\w.-]{1,60}\\*[\"']?[:=]|</")
_CLOSING_MARKS = ")}]>,;\"'\\"
_QUOTED = (
    r"""\\+"[^"\r\n]*"|\\+'[^'\r\n]*'|"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n])*'"""
)
_VALUE = rf"(?P<secret>{_QUOTED}|[^\s\"'][^\s]*|[\"'][^\s\"']+)"
_IS = r"""\\*["']?[ \t]{0,8}(?:=>|:=|=|:|：)[ \t]{0,8}"""
_SECRET_NAME = (
    r"(?:pass(?:word|wd|phrase|code)|\bpass|_pass|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|(?:secret|signing|encryption|master|account|subscription|license|shared|auth|service)"
    r"[_-]?key(?:[_-]base)?|credentials?|session[_-]?(?:id|key)|sessid|\.sid|(?:c|x)srf"
    r"|x-amz-signature|\bsig|비밀번호|비밀키|암호|패스워드|토큰|인증키)"
    r"(?:[_-]?(?:[0-9]{1,2}|old|new|base64|b64|hash))?"
)
_AUTH_VALUE = (
    rf"(?P<secret>{_QUOTED}"
    r"|(?:digest|hawk|oauth|signature|aws4-[a-z0-9-]{1,20})[ \t][^\r\n']+"
    r"|(?:bearer|basic|token|apikey|api-key|negotiate|ntlm|jwt)[ \t]+[^\s\"',;]+"
    r"|[^\s\"'][^\r\n\"']*)"
)

RULES: tuple[Rule, ...] = (
    Rule(
        sort="private-key",
        pattern=compile_own(
            r"(?P<before>)(?P<secret>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?s:.*?)"
            r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)"
        ),
        hint=_contains("PRIVATE KEY-----"),
    ),
    # Cut off before its end: as far as it still looks like one.
    Rule(
        sort="private-key",
        pattern=compile_own(
            r"(?P<before>)(?P<secret>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----"
            r"(?:\r?\n[ \t]*(?:[A-Za-z0-9+/=]+|(?:Proc-Type|DEK-Info): [^\r\n]*)?[ \t\r]*(?m:$)"
            r"|(?:\\r|\\n)+[A-Za-z0-9+/=]*|[ \t]+[A-Za-z0-9+/=]{20,})*)"
        ),
        hint=_contains("PRIVATE KEY-----"),
    ),
    # The last @ before the path ends the password; a "port" that is no number is a password
    # with a slash in it.
    Rule(
        sort="url-password",
        pattern=compile_own(
            r"(?i)(?P<before>\b[a-z][a-z0-9+.-]{0,40}://[^\s/?#@:'\"<>\[]*:)"
            r"(?P<secret>[^\s/?#'\"<>,]*|[0-9]*[^\s0-9/?#@'\"<>][^\s@'\"<>]*)@"
        ),
        hint=_contains("://", "@"),
    ),
    Rule(
        sort="url-user",
        pattern=compile_own(
            r"(?i)(?P<before>\b[a-z][a-z0-9+.-]{0,40}://)(?P<secret>[A-Za-z0-9_.~%-]{16,})@"
        ),
        hint=_contains("://", "@"),
        accepts=looks_random,
    ),
    Rule(
        sort="authorization",
        pattern=compile_own(rf"(?i)(?P<before>\b(?:proxy-)?authorization{_IS}){_AUTH_VALUE}"),
        hint=_contains_any("authorization"),
    ),
    Rule(
        sort="cookie",
        pattern=compile_own(
            rf"(?i)(?P<before>\b(?:set-)?cookie2?{_IS})"
            rf"(?P<secret>{_QUOTED}|(?:=\"[^\"\r\n]*\"|[^\r\n\"'])+)"
        ),
        hint=_contains_any("cookie"),
    ),
    Rule(
        sort="token",
        pattern=compile_own(r"(?P<before>)(?P<secret>\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]+)+)"),
        hint=_contains("eyJ"),
    ),
    Rule(
        sort="token",
        pattern=compile_own(
            r"(?P<before>\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC)[ \t]+)"
            r"(?P<secret>[A-Za-z0-9._~+/=-]{8,})"
        ),
        hint=_contains_any("bearer", "basic"),
        accepts=looks_random,
    ),
    Rule(
        sort="api-key",
        pattern=compile_own(
            r"(?P<before>)(?P<secret>\b(?:(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}"
            r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}"
            r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{16,}"
            r"|[rsp]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9]{16,}|AIza[A-Za-z0-9_-]{30,}"
            r"|ya29\.[A-Za-z0-9_-]{16,}|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{16,}"
            r"|hf_[A-Za-z0-9]{20,}|do[opr]_v1_[a-f0-9]{32,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
            r"|hooks\.slack\.com/services/[A-Za-z0-9/]{16,}))"
        ),
        hint=_contains_any(*_KEY_BEGINNINGS),
    ),
    Rule(
        sort="password",
        pattern=compile_own(
            r"(?i)(?P<before>(?:^|\s)(?:-u|--user|--proxy-user)[ \t=]{1,4}['\"]?[^\s:'\"@/]{1,100}:)"
            r"(?P<secret>[^\s'\"]+)"
        ),
        hint=_contains_any("-u"),
    ),
    Rule(
        sort="secret",
        pattern=compile_own(
            rf"(?i)(?P<before>--[a-z-]{{0,40}}(?:password|passwd|passphrase|token|secret|api-key)"
            rf"[ \t]{{1,8}}){_VALUE}"
        ),
        hint=_contains("--"),
        is_value=True,
    ),
    Rule(
        sort="secret",
        pattern=compile_own(rf"(?i)(?P<before>\bidentified[ \t]+by[ \t]+){_VALUE}"),
        hint=_contains_any("identified"),
        is_value=True,
    ),
    Rule(
        sort="secret",
        pattern=compile_own(
            rf"(?i)(?P<before><(?:[\w-]{{1,30}}:)?{_SECRET_NAME}>)(?P<secret>[^<\r\n]+)"
        ),
        hint=_contains("</"),
    ),
    Rule(
        sort="secret",
        pattern=compile_own(rf"(?i)(?P<before>{_SECRET_NAME}{_IS}){_VALUE}"),
        hint=_contains_any(*_NAMES),
        is_value=True,
        accepts=_is_no_working_directory,
    ),
    # A name that only may be a secret's, with a value that looks like one.
    Rule(
        sort="secret",
        pattern=compile_own(
            rf"(?i)(?P<before>(?:\b|_)(?:key|auth|cred|hmac|salt|nonce){_IS}['\"]?)"
            r"(?P<secret>[A-Za-z0-9+/_=-]{20,})"
        ),
        hint=_contains_any("key", "auth", "cred", "hmac", "salt", "nonce"),
        accepts=looks_random,
    ),
    # Only the mailbox: the domain is a host.
    Rule(
        sort="email",
        pattern=compile_own(
            r"(?P<before>)(?P<secret>[\pL\pN_.%+-]+)@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b"
        ),
        hint=_contains("@"),
        accepts=_is_no_unit_name,
    ),
)


def value_end(value: str) -> int:
    """Where a value that runs to the next space ends before that: at the closing of what it
    stands in, or where the next `name=` begins."""
    # Runs of one character are no part of a pattern: `re` would try them from every place.
    ends = [len(value.rstrip(_CLOSING_MARKS))]
    if quote := _CLOSING_QUOTE.search(value):
        ends.append(len(value[: quote.start()].rstrip("\\")))
    if following := _NEXT_NAME.search(value):
        ends.append(following.start())
    return min(ends)
