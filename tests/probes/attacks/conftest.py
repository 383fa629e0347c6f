"""What the attacks share with the engine's tests. Traffic goes to loopback only: where an attack
aims elsewhere, the naive way is shown to want to connect there, and never does."""

from tests.probes.engine.conftest import closed_port, policy, pytest_pyfunc_call

__all__ = ["closed_port", "policy", "pytest_pyfunc_call"]
