"""Guides in and out of the base: saving, importing, exporting."""

from kb.services.guide_files import draft_of, file_of, translation_draft_of
from kb.services.guide_saving import Saved, record_edit, save_guide, save_translation

__all__ = [
    "Saved",
    "draft_of",
    "file_of",
    "record_edit",
    "save_guide",
    "save_translation",
    "translation_draft_of",
]
