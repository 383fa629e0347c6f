"""The connection guide's causes as values: four ways to be refused, told apart by two checks."""

from kb.diagnosis import Askable, Attempt, Cause, Condition, Rule, Seen, Symptom

LISTENER = Askable(
    key="listener",
    order=0,
    cost_s=0.1,
    outcomes=(
        ("listening", "OK"),
        ("not_listening", "CRITICAL"),
        ("held_by_other", "CRITICAL"),
        ("bound_loopback_only", "WARNING"),
        ("pid_hidden", "WARNING"),
    ),
)
OUTSIDE = Askable(
    key="outside",
    order=1,
    cost_s=1.0,
    outcomes=(("connected", "OK"), ("refused", "CRITICAL"), ("timed_out_connect", "CRITICAL")),
)


def when(**checks: str | tuple[str, ...]) -> dict[str, Condition]:
    return {
        check: Condition(reasons=frozenset([reasons] if isinstance(reasons, str) else reasons))
        for check, reasons in checks.items()
    }


def cause(key: str, order: int, *rules: tuple[dict[str, Condition], str], **more) -> Cause:
    numbered = tuple(
        Rule(id=order * 10 + n, when=condition, says=says)
        for n, (condition, says) in enumerate(rules)
    )
    return Cause(key=key, group="connection", order=order, rules=numbered, **more)


NOT_RUNNING = cause(
    "not-running",
    0,
    (when(listener="not_listening", outside="refused"), "strongly-for"),
    (when(listener="not_listening"), "for"),
    (when(listener=("listening", "bound_loopback_only", "held_by_other")), "rules-out"),
)
PORT_HELD = cause(
    "port-held",
    1,
    (when(listener="held_by_other"), "strongly-for"),
    (when(listener=("not_listening", "listening")), "rules-out"),
    weight=3,
)
LOOPBACK = cause(
    "loopback",
    2,
    (when(listener="bound_loopback_only", outside="refused"), "strongly-for"),
    (when(listener="not_listening"), "rules-out"),
)
REJECTED = cause(
    "rejected",
    3,
    (when(listener="listening", outside=("refused", "timed_out_connect")), "strongly-for"),
    (when(outside="connected"), "rules-out"),
)
CAUSES = (NOT_RUNNING, PORT_HELD, LOOPBACK, REJECTED)
REFUSED = Symptom(
    key="refused", suggests={"not-running": "strong", "loopback": "weak", "rejected": "weak"}
)


def seen(check: str, reason_code: str, *, run: int = 1, status: str = "CRITICAL", **more) -> Seen:
    return Seen(check=check, run=run, status=status, reason_code=reason_code, **more)


def failed(key: str, number: int = 1, *, outcome: str = "failed", **more) -> Attempt:
    return Attempt(key=key, number=number, outcome=outcome, **more)
