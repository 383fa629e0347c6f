"""Two faults at once: each hides, or explains, a part of what the other shows."""

import sys
from collections.abc import Iterator

from tests.lab.lab import Lab
from tests.lab.machine import CLOUD, ENGINE, FASTAPI, FILTERED, POSTGRES, SITE, UVICORN
from tests.lab.parts import firewall
from tests.lab.parts.site import PORT, Site
from tests.lab.scenario import Scenario, Stage
from tests.lab.scenarios.cloud import academy_in_order
from tests.lab.scenarios.containers import end_container
from tests.lab.scenarios.database import start_database
from tests.lab.scenarios.launching import READS_ITS_KEY, tell, write
from tests.lab.scenarios.stuck import copy_of_reloading, serve_late


def _dropped_and_other_origin(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    site.serve(ALLOWED_ORIGINS="https://old.hakwonplus.test")
    firewall.filter_port(site.cloud, PORT, firewall.DROP, hook="forward")
    yield Stage(title="no rule for port 8000, and settings without the origin", looks=())


def _taken_and_missing_module(lab: Lab) -> Iterator[Stage]:
    project = copy_of_reloading(lab)
    site = Site(lab)
    holder = site.start([sys.executable, "-m", "http.server", str(PORT)], cwd=lab.folder)
    holder.wait_until_listening(PORT)
    lab.values |= {"directory": str(project), "interpreter": sys.executable}
    yield Stage(title="another program has the port, and the API lacks a module", looks=())


def _hung_and_wrong_directory(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    site.serve().freeze()
    elsewhere = lab.folder / "elsewhere"
    elsewhere.mkdir()
    lab.values |= {"directory": str(elsewhere), "interpreter": sys.executable}
    yield Stage(title="the old API hangs, the new one is started in another folder", looks=())


def _rejected_and_loopback(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    site.serve(host="127.0.0.1")
    firewall.filter_port(site.inside, PORT, firewall.REJECT_WITH_RESET)
    yield Stage(title="bound to loopback, behind a rule that rejects", looks=())


def _exited_and_no_root(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    site.serve(ROOT_ROUTE="0")
    end_container(lab)
    yield Stage(title="the API has no page at /, and the container beside it ended", looks=())


def _database_down_and_no_variable(lab: Lab) -> Iterator[Stage]:
    start_database(lab).stop()
    service = lab.folder / "service"
    write(service / "main.py", READS_ITS_KEY)
    tell(lab, directory=service)
    yield Stage(title="the database is stopped, and the API has no .env", looks=())


def _late_and_dropped(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    serve_late(site, after_s=5)
    firewall.filter_port(site.inside, PORT, firewall.DROP)
    yield Stage(title="the API starts late, behind a rule that drops", looks=())


def _off_and_other_origin(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    site.serve(ALLOWED_ORIGINS="https://old.hakwonplus.test").kill()
    yield Stage(title="the API died, and its settings lack the origin", looks=())


def _no_rule_and_wrong_path(lab: Lab) -> Iterator[Stage]:
    academy, port = academy_in_order(lab)
    academy.shut_out(port, group=academy.ids["sg academy-alb"])
    academy.elbv2.modify_target_group(TargetGroupArn=academy.ids["tg"], HealthCheckPath="/healthz")
    yield Stage(title="no rule, and a health check that asks a wrong path", looks=())


def _stopped_elsewhere(lab: Lab) -> Iterator[Stage]:
    academy, _ = academy_in_order(lab)
    academy.ec2.terminate_instances(InstanceIds=[academy.ids["instance"]])
    vpc = academy.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = academy.ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.1.0/24")
    academy.build_instance(subnet=subnet["Subnet"]["SubnetId"], groups=[])
    academy.ec2.stop_instances(InstanceIds=[academy.ids["instance"]])
    yield Stage(title="the instance is in another VPC, and stopped", looks=())


_ROW = "two faults at once"

DOUBLES = (
    Scenario(
        slug="group-drops-and-other-origin",
        row=_ROW,
        sentence="A filter drops what comes for port 8000, and the settings lack the origin.",
        cause="filtered; then the CORS settings",
        stages=_dropped_and_other_origin,
        needs=FILTERED,
    ),
    Scenario(
        slug="port-taken-and-module-missing",
        row=_ROW,
        sentence="Another program holds the port, and the API lacks a module.",
        cause="other process; then a missing module",
        stages=_taken_and_missing_module,
        needs=SITE,
    ),
    Scenario(
        slug="hung-and-wrong-directory",
        row=_ROW,
        sentence="The old API hangs, and the new one is started in the wrong folder.",
        cause="hung; and wrong working directory",
        stages=_hung_and_wrong_directory,
        needs=FILTERED,
    ),
    Scenario(
        slug="host-rejects-and-loopback",
        row=_ROW,
        sentence="The API listens on 127.0.0.1, and a firewall rejects as well.",
        cause="wrong --host; then a reject rule",
        stages=_rejected_and_loopback,
        needs=FILTERED,
    ),
    Scenario(
        slug="container-exited-and-no-root-route",
        row=_ROW,
        sentence="The API has no page at /, and the container beside it ended of an error.",
        cause="no handler for /; and a crash",
        stages=_exited_and_no_root,
        needs=(*FILTERED, *ENGINE),
    ),
    Scenario(
        slug="database-down-and-variable-missing",
        row=_ROW,
        sentence="The database is stopped, and the API has no .env.",
        cause="configuration; then DB",
        stages=_database_down_and_no_variable,
        needs=(POSTGRES, FASTAPI, UVICORN),
    ),
    Scenario(
        slug="late-start-and-host-drops",
        row=_ROW,
        sentence="The API takes its time to start, and its own firewall drops.",
        cause="host firewall; and slow start",
        stages=_late_and_dropped,
        needs=FILTERED,
    ),
    Scenario(
        slug="upstream-off-and-other-origin",
        row=_ROW,
        sentence="The API died behind the load balancer, and its settings lack the origin.",
        cause="infrastructure; then the CORS settings",
        stages=_off_and_other_origin,
        needs=FILTERED,
    ),
    Scenario(
        slug="aws-no-rule-and-wrong-health-path",
        row=_ROW,
        sentence="The security group has no rule, and the health check asks a wrong path.",
        cause="the security group; then the health check path",
        stages=_no_rule_and_wrong_path,
        needs=CLOUD,
    ),
    Scenario(
        slug="aws-instance-stopped-elsewhere",
        row=_ROW,
        sentence="The instance is in another VPC than the load balancer, and stopped.",
        cause="the instance does not run; then VPC or route",
        stages=_stopped_elsewhere,
        needs=CLOUD,
    ),
)
