"""Asks every text of a judged set of the product and its peers, and takes the figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kb.evaluation import statistics
from kb.evaluation.judged import JudgedSet, Query
from kb.evaluation.peers import Peer
from kb.evaluation.product import Asked, Product

ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one system said about one text.

    `trust_without` is the trust in the first document when the text's answers are left out;
    None where the set has texts without an answer, which tell it better. `causes` is None where
    causes are not judged.
    """

    query: Query
    got: Sequence[str]
    trust: float
    trust_without: float | None = None
    causes: Sequence[str] | None = None

    @property
    def ndcg(self) -> float:
        return statistics.ndcg(self.got, self.query.relevant)


def ask_product(product: Product, judged: JudgedSet) -> list[Answer]:
    asked = {query: product.ask(query.text) for query in judged.queries}
    without = {} if judged.unanswerable else product.trust_without(asked)
    return [
        _product_answer(product, query, one, without.get(query.id)) for query, one in asked.items()
    ]


def _product_answer(product: Product, query: Query, asked: Asked, without: float | None) -> Answer:
    got, trust = product.documents(asked)
    causes = product.causes(asked) if query.cause else None
    return Answer(query=query, got=got, trust=trust, trust_without=without, causes=causes)


def ask_peer(peer: Peer, judged: JudgedSet) -> list[Answer]:
    """A peer's trust is its best score, the only one it has."""
    return [_peer_answer(peer, query, bool(judged.unanswerable)) for query in judged.queries]


def _peer_answer(peer: Peer, query: Query, has_unanswerable: bool) -> Answer:
    hits = peer(query.text)
    others = [score for name, score in hits if name not in query.relevant]
    return Answer(
        query=query,
        got=[name for name, _score in hits[: statistics.DEPTH]],
        trust=hits[0][1] if hits else -1,
        trust_without=None if has_unanswerable else max(others, default=-1),
    )


def figures(answers: Sequence[Answer]) -> dict[str, Any]:
    """By variant, with all of them first where there are several."""
    return {variant: _figures(group) for variant, group in _variants(answers).items()}


def compare(ours: Sequence[Answer], theirs: Sequence[Answer]) -> dict[str, Any]:
    """By variant, how much higher our nDCG@10 is than theirs."""
    groups = _variants(theirs)
    return {
        variant: asdict(statistics.compared(_ndcgs(group), _ndcgs(groups[variant])))
        for variant, group in _variants(ours).items()
        if _ndcgs(group)
    }


def worst(answers: Iterable[Answer], count: int) -> list[Answer]:
    answerable = [answer for answer in answers if answer.query.relevant]
    return sorted(answerable, key=lambda answer: answer.ndcg)[:count]


def _variants(answers: Sequence[Answer]) -> Mapping[str, list[Answer]]:
    variants: dict[str, list[Answer]] = {}
    for answer in answers:
        variants.setdefault(answer.query.variant, []).append(answer)
    return {ALL: list(answers), **variants} if len(variants) > 1 else variants


def _ndcgs(answers: Sequence[Answer]) -> list[float]:
    return [answer.ndcg for answer in answers if answer.query.relevant]


def _figures(answers: Sequence[Answer]) -> dict[str, Any]:
    answerable = [answer for answer in answers if answer.query.relevant]
    taken: dict[str, Any] = {"queries": len(answers), "answerable": len(answerable)}
    if answerable:
        taken |= _of_documents(answerable)
    if judged := [answer for answer in answerable if answer.causes is not None]:
        taken |= _of_causes(judged)
    return taken | _abstention(answers)


def _of_documents(answers: Sequence[Answer]) -> dict[str, Any]:
    pairs = [(answer.got, answer.query.relevant) for answer in answers]
    return {
        "ndcg@10": _mean(statistics.ndcg(*pair) for pair in pairs),
        "mrr@10": _mean(statistics.reciprocal_rank(*pair) for pair in pairs),
        "r@1": _mean(statistics.recall(*pair, 1) for pair in pairs),
        "r@5": _mean(statistics.recall(*pair, 5) for pair in pairs),
    }


def _of_causes(answers: Sequence[Answer]) -> dict[str, Any]:
    pairs = [(answer.causes or (), {answer.query.cause: 1}) for answer in answers]
    return {
        "causes": len(answers),
        "cause_ndcg@10": _mean(statistics.ndcg(*pair) for pair in pairs),
        "cause_r@1": _mean(statistics.recall(*pair, 1) for pair in pairs),
    }


def _abstention(answers: Sequence[Answer]) -> dict[str, Any]:
    positive = [answer.trust for answer in answers if answer.query.relevant]
    negative = [
        answer.trust if answer.trust_without is None else answer.trust_without
        for answer in answers
        if answer.trust_without is not None or not answer.query.relevant
    ]
    if not positive or not negative:
        return {}
    return {
        "without_answer": len(negative),
        "auroc": asdict(statistics.resampled(statistics.auroc, positive, negative)),
        "false_matches_at_95": asdict(
            statistics.resampled(statistics.false_matches, positive, negative)
        ),
    }


def _mean(values: Iterable[float]) -> dict[str, float]:
    return asdict(statistics.mean(list(values)))
