"""Two versions of a guide compared: only what means something else counts as changed."""

from dataclasses import replace

from kb.ingest import CauseDraft, EvidenceDraft, GuideDraft
from kb.ingest.drafts import SymptomDraft
from kb.services.guides.difference import guide_difference

SYMPTOM = SymptomDraft(
    slug="refused", phrases=("refused",), suggests={"stopped": "strong", "loopback": "weak"}
)
GUIDE = GuideDraft(slug="connection", language="en", title="Away", symptoms=(SYMPTOM,))


def test_the_order_in_which_a_symptom_names_its_causes_means_nothing() -> None:
    turned = replace(SYMPTOM, suggests={"loopback": "weak", "stopped": "strong"})

    assert not guide_difference(GUIDE, replace(GUIDE, symptoms=(turned,)))


def test_how_strongly_a_symptom_speaks_for_a_cause_does() -> None:
    weaker = replace(SYMPTOM, suggests={"stopped": "weak", "loopback": "weak"})

    assert guide_difference(GUIDE, replace(GUIDE, symptoms=(weaker,)))


def test_the_order_of_the_conditions_of_one_evidence_means_nothing() -> None:
    def guide(*checks: str) -> GuideDraft:
        when = {check: {"reason": ["refused"]} for check in checks}
        evidence = EvidenceDraft(when=when, says="strong_for")
        cause = CauseDraft(slug="stopped", title="Stopped", evidence=(evidence,))
        return replace(GUIDE, causes=(cause,))

    assert not guide_difference(guide("port", "name"), guide("name", "port"))
