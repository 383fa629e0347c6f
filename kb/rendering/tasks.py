"""Checklists: each item has a name that outlives edits elsewhere, each list tells how far it is."""

import hashlib
import re
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kb.rendering.slots import Around

# Every box of a page belongs to this form, wherever it stands.
FORM = "ticks"
_LONGEST_SECTION = 48
_MARKUP = re.compile(r"[*_`~]+")


@dataclass(frozen=True, kw_only=True)
class Task:
    """An item of a checklist: `item` is its name, `is_done` how its author wrote it."""

    item: str
    is_done: bool

    def is_ticked(self, around: Around) -> bool:
        return self.is_done if around.ticks is None else self.item in around.ticks.said


@dataclass(frozen=True, kw_only=True)
class TaskStart:
    task: Task

    def html(self, around: Around) -> str:
        is_ticked = self.task.is_ticked(around)
        if not around.is_article:
            return _shown(is_ticked)
        can_tick = around.ticks is None or around.ticks.can_tick
        said = around.ticks.said.get(self.task.item, "") if around.ticks else ""
        return format_html(
            '<label class="task-label"{}><input type="checkbox" class="task" name="item" '
            'value="{}" form="{}"{}{}><span>',
            format_html(' title="{}"', said) if said else "",
            self.task.item,
            FORM,
            SafeString(" checked") if is_ticked else "",
            "" if can_tick else SafeString(" disabled"),
        )


@dataclass(frozen=True, kw_only=True)
class TaskEnd:
    def html(self, around: Around) -> str:
        return "</span></label>" if around.is_article else ""


@dataclass(frozen=True, kw_only=True)
class ListHead:
    """Above a checklist: how many of its items are done, and to begin again."""

    tasks: tuple[Task, ...]

    def html(self, around: Around) -> str:
        if not around.is_article:
            return ""
        done, total = sum(task.is_ticked(around) for task in self.tasks), len(self.tasks)
        return format_html(
            '<p class="task-head"><progress value="{}" max="{}" aria-label="{}"></progress>'
            '<span class="task-count">{}/{}</span>{}</p>',
            done,
            total,
            _("Done of this list"),
            done,
            total,
            _buttons() if around.ticks is None or around.ticks.can_tick else "",
        )


def _buttons() -> str:
    return format_html(
        '<button class="linklike task-save" form="{}">{}</button>'
        '<button type="button" class="linklike task-reset">{}</button>',
        FORM,
        _("Save what is ticked"),
        _("Reset"),
    )


def item_name(section: str, words: str) -> str:
    """The section and a digest of the words, so that moving an item within it keeps its state."""
    plain = " ".join(_MARKUP.sub("", words).split())
    digest = hashlib.sha256(plain.encode()).hexdigest()[:10]
    return f"{section[:_LONGEST_SECTION]}:{digest}"


def _shown(is_done: bool) -> str:
    """A box that shows and does not take input, where nothing keeps its state."""
    if is_done:
        box = '<input type="checkbox" class="task" checked disabled aria-label="{}">'
        return format_html(box, _("Done"))
    return format_html('<input type="checkbox" class="task" disabled aria-label="{}">', _("To do"))
