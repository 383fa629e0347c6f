"""The words of a reason: what sort of clue it is, what speaks against, how far to trust a match."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

register = template.Library()

Words = dict[str, str | Promise]

CLUES: Words = {
    "symptom": gettext_lazy("Known message"),
    "words": gettext_lazy("Words in common"),
    "word": gettext_lazy("Word in common"),
    "syllables": gettext_lazy("Word in common"),
    "beginning": gettext_lazy("Beginning of a word in the title"),
    "identifier": gettext_lazy("Name in common"),
    "pair": gettext_lazy("Words in common"),
    "concept": gettext_lazy("Means the same"),
    "fact": gettext_lazy("Clue"),
    "port": gettext_lazy("Port"),
    "container": gettext_lazy("Container"),
    "service": gettext_lazy("Service"),
}

COUNTER_CLUES: Words = {
    "port": gettext_lazy("Another port"),
    "container": gettext_lazy("Another container"),
    "service": gettext_lazy("Another service"),
    "layer": gettext_lazy("Another layer"),
    "product": gettext_lazy("Another product"),
    "status": gettext_lazy("Another status"),
}

# The layers of `kb/matching/concepts.toml`.
LAYERS: Words = {
    "auth": gettext_lazy("signing in"),
    "bind": gettext_lazy("taking a port"),
    "code": gettext_lazy("the program's code"),
    "container": gettext_lazy("containers"),
    "cors": gettext_lazy("CORS"),
    "csp": gettext_lazy("the browser's content policy"),
    "database": gettext_lazy("the database"),
    "disk": gettext_lazy("the disk"),
    "dns": gettext_lazy("names (DNS)"),
    "docker-daemon": gettext_lazy("the Docker daemon"),
    "file": gettext_lazy("files"),
    "git": gettext_lazy("version control (git)"),
    "http": gettext_lazy("answers over HTTP"),
    "image": gettext_lazy("container images"),
    "json": gettext_lazy("JSON"),
    "limits": gettext_lazy("limits of the system"),
    "memory": pgettext_lazy("a layer", "memory"),
    "module": gettext_lazy("missing modules"),
    "node": gettext_lazy("Node packages"),
    "permission": gettext_lazy("permissions"),
    "quota": gettext_lazy("quotas"),
    "redirect": gettext_lazy("redirects"),
    "size": gettext_lazy("sizes of requests"),
    "tcp": gettext_lazy("connections"),
    "tls": gettext_lazy("certificates (TLS)"),
}

STRENGTH_MEANINGS: Words = {
    "strong": gettext_lazy(
        "A message that the guide's author foresaw is in the text, or the guide explains nearly "
        "all of its words, and nothing speaks against it."
    ),
    "possible": gettext_lazy(
        "A good part fits, but words are left over or something speaks against it: let a check "
        "decide."
    ),
    "weak": gettext_lazy("Too little fits to be an answer."),
}
_BESIDE = " ≠ "


@register.filter
def clue_kind(kind: str) -> str:
    return str(CLUES.get(kind, kind.replace("_", " ")))


@register.filter
def counter_kind(kind: str) -> str:
    return str(COUNTER_CLUES.get(kind, gettext_lazy("Against it")))


@register.filter
def strength_meaning(strength: str) -> str:
    return str(STRENGTH_MEANINGS.get(strength, ""))


@register.filter
def points(amount: int) -> str:
    """`+820` or `−64`, with the sign that is as wide as the plus."""
    return f"+{amount}" if amount >= 0 else f"−{-amount}"


def against_words(kind: str, label: str) -> str:
    """What speaks against a guide, as a sentence.

    `label` is what the text says, and behind ` ≠ ` what the guide is for.
    """
    said, _beside, theirs = label.partition(_BESIDE)
    if kind == "layer":
        said = ", ".join(str(LAYERS.get(name, name)) for name in said.split(", "))
    sentence = _SENTENCES[kind]() if kind in _SENTENCES else "%(said)s"
    return sentence % {"said": said, "theirs": theirs}


# Functions, because a sentence is in the language of whoever reads it.
_SENTENCES = {
    "port": lambda: _("the text names port %(said)s, the guide is for %(theirs)s"),
    "container": lambda: _("the text names container %(said)s, the guide is for %(theirs)s"),
    "status": lambda: _("the text says HTTP %(said)s, the guide is about %(theirs)s"),
    "service": lambda: _("you asked about %(said)s, the guide is about %(theirs)s"),
    "layer": lambda: _("the text is about %(said)s, the guide is not"),
    "product": lambda: _("the text names %(said)s, the guide never does"),
}
