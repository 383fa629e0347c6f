"""The app's place in Django."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# A few guides each time: 5,000 of them in 25 minutes.
LOOK_EVERY_S = 15.0


class KnowledgeConfig(AppConfig):
    name = "kb"
    verbose_name = _("Knowledge base")

    def ready(self) -> None:
        # Deleting a guide takes its postings out of the index, whoever deletes it.
        import_module("kb.index")
        look_in_turn = import_module("kb.services.upkeep.kept_health").look_in_turn
        import_module("probes.services").add_chore(look_in_turn, every_s=LOOK_EVERY_S)
