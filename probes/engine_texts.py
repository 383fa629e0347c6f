"""The engine's sentences, translated: it knows no Django and speaks English only.

Titles, help texts and facts of the kinds stand in the catalogue by hand; a test holds that none
is missing.
"""

from django.utils.translation import gettext, gettext_noop

# What a kind says about a value. Sentences that name a number or a choice stay English.
COMPLAINTS = frozenset(
    {
        gettext_noop("each value must be text, a number, true, false or null"),
        gettext_noop("must be text"),
        gettext_noop("holds a line break or another control character"),
        gettext_noop("must not start with a dash"),
        gettext_noop("must not be empty"),
        gettext_noop("must not carry a zone such as %eth0"),
        gettext_noop("is not a host name or an IP address"),
        gettext_noop("must be a whole number"),
        gettext_noop("must be a port from 1 to 65535"),
        gettext_noop("must be a number"),
        gettext_noop("must be true or false"),
        gettext_noop("must not hold spaces or backslashes"),
        gettext_noop("must look like http://host:port/path or https://host/path"),
        gettext_noop("must not carry a user or a password"),
        gettext_noop("must be only scheme, host and port, such as http://localhost:5173"),
        gettext_noop("must be a full path"),
        gettext_noop("must be a module name such as app.main"),
        gettext_noop("must look like module:attribute, such as app.main:app"),
        gettext_noop("must be a name such as DATABASE_URL, without its value"),
        gettext_noop("must be pairs of a name and a value"),
        gettext_noop("is not a host name or an IP address (a port is given apart)"),
        gettext_noop("is not a URL"),
        gettext_noop("must be reason codes with a status"),
        gettext_noop("must be given"),
        gettext_noop("must be names with values"),
        gettext_noop("must be a name of letters, digits, dots, hyphens and underscores"),
        gettext_noop("must be the name or id of a container, such as backend"),
        gettext_noop("must be one value"),
        gettext_noop("must be named by the definition itself"),
        gettext_noop("must be a list, one argument each"),
        gettext_noop("a placeholder must be an argument of its own or stand behind --option="),
    }
)


def translated(text: str) -> str:
    """The sentence in the reader's language. An empty msgid would give the catalogue's header."""
    return gettext(text) if text else ""
