"""The engine's sentences, for translation: it knows no Django and speaks English only."""

from django.utils.translation import gettext, gettext_noop

# Titles and help texts of the kinds and their parameters.
KIND_TEXTS = frozenset(
    {
        gettext_noop("Listening port"),
        gettext_noop(
            "Reads this host's table of listening sockets: address, process, command line."
        ),
        gettext_noop("An address such as 0.0.0.0; then listening on loopback only is a failure."),
        gettext_noop("RE2, found in the holder's name and command line."),
        gettext_noop("TCP connection"),
        gettext_noop(
            "Connects to a host and port and closes again, trying every address of the name."
        ),
        gettext_noop("Name or IP address."),
        gettext_noop("HTTP request"),
        gettext_noop("Asks a URL with GET, HEAD or OPTIONS and compares what it answers."),
        gettext_noop("http or https, with host and port."),
        gettext_noop("Sent along; never secrets."),
        gettext_noop("Sent as Origin, as a browser would."),
        gettext_noop("Accepted statuses. Empty: 200 to 399."),
        gettext_noop("Dotted path and the value it must have."),
        gettext_noop("RE2, found anywhere in the body."),
        gettext_noop("Header and value; empty: any value."),
        gettext_noop("At most three."),
        gettext_noop("CORS preflight"),
        gettext_noop(
            "Asks as a browser would before a cross-origin call, then with GET, and says what "
            "it would report as CORS."
        ),
        gettext_noop("Where the page comes from."),
        gettext_noop("Names only."),
        gettext_noop("Then GET, with Origin."),
        gettext_noop("File or folder"),
        gettext_noop("Looks whether a path exists and what it is; never opens it."),
        gettext_noop("Full path, inside allowed folders."),
        gettext_noop("In bytes."),
        gettext_noop("Widest allowed permissions, such as 0600."),
        gettext_noop("Python modules"),
        gettext_noop(
            "Imports modules with the target's own interpreter and names the distribution "
            "behind each. Importing runs their code."
        ),
        gettext_noop("Full path of python."),
        gettext_noop("Folder to import from, if any."),
        gettext_noop("ASGI target"),
        gettext_noop(
            "Imports module:attribute with the target's own interpreter from a folder, as a "
            "server would. Importing runs its code, without the service's environment variables."
        ),
        gettext_noop("Folder the server starts in."),
        gettext_noop("Such as app.main:app."),
        gettext_noop("Question to a person"),
        gettext_noop(
            "Something only a person can see: a browser console, an antivirus window, a colour."
        ),
        gettext_noop("Answered by confirmed or denied."),
        gettext_noop("The question in other languages, such as ko and then the Korean words."),
        gettext_noop("Words for the answers, if given."),
        gettext_noop("Ask for a note too."),
    }
)
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
        gettext_noop("must be pairs of a name and a value"),
        gettext_noop("is not a host name or an IP address (a port is given apart)"),
        gettext_noop("is not a URL"),
        gettext_noop("must be reason codes with a status"),
        gettext_noop("must be given"),
        gettext_noop("must be names with values"),
    }
)


def translated(text: str) -> str:
    """The sentence in the reader's language. An empty msgid would give the catalogue's header."""
    return gettext(text) if text else ""
