"""The text of a drafted guide: what was seen, how to tell, what to do, how to make sure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kb.ingest.fences import fenced


def draft_body(
    *,
    texts: Sequence[str],
    looked: Sequence[str],
    fix: str,
    tried: Sequence[str],
    verify: Sequence[str],
    report: str,
) -> str:
    """Markdown in the language that is active. `looked` are whole lines, the others bare words."""
    parts = [
        (_("What you see"), "symptoms", "\n\n".join(map(fenced, texts))),
        (_("How to tell"), "diagnosis", "\n".join(looked)),
        (_("How to fix it"), "fix", fix),
        (_("What did not help"), "tried", _listed(tried)),
        (_("How to make sure"), "verify", _listed(verify)),
    ]
    body = "".join(f"## {title} {{#{name}}}\n\n{text}\n\n" for title, name, text in parts)
    return body if not report else f"{body}## {_('Report')} {{#report}}\n\n{_lowered(report)}\n"


def _listed(items: Sequence[str]) -> str:
    return "\n".join(f"- {' '.join(one.split())}" for one in items)


def _lowered(report: str) -> str:
    """The report's headings one level down, so that the guide's own stay above them."""
    lines, fence = [], False
    for line in report.strip().splitlines():
        fence ^= line.lstrip().startswith(("```", "~~~"))
        lines.append(f"#{line}" if not fence and line.startswith("#") else line)
    return "\n".join(lines)
