"""Guides in and out of the base: saving, importing, exporting. Everything others may call."""

from kb.services.guides.files import draft_of, file_of, translation_draft_of
from kb.services.guides.imports import (
    FileComplaint,
    ImportItem,
    ImportPlan,
    ImportRefused,
    apply_import,
    plan_import,
)
from kb.services.guides.saving import (
    Saved,
    publish_guide,
    record_edit,
    save_guide,
    save_translation,
)
from kb.services.guides.starter import load_starter

__all__ = [
    "FileComplaint",
    "ImportItem",
    "ImportPlan",
    "ImportRefused",
    "Saved",
    "apply_import",
    "draft_of",
    "file_of",
    "load_starter",
    "plan_import",
    "publish_guide",
    "record_edit",
    "save_guide",
    "save_translation",
    "translation_draft_of",
]
