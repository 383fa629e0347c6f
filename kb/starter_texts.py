"""What the starter's probes are called, for translation: nobody collects messages from YAML."""

from django.utils.translation import gettext_noop

PROBE_NAMES = frozenset(
    {
        gettext_noop("Something listens on the port"),
        gettext_noop("The expected process listens on the port"),
        gettext_noop("The port is open on the wanted address, not on loopback alone"),
        gettext_noop("The port is free"),
        gettext_noop("The port accepts a connection"),
        gettext_noop("The port accepts a connection, asked again a few times"),
        gettext_noop("The address answers with 200"),
        gettext_noop("The address answers with 200 and JSON whose status is the expected one"),
        gettext_noop("The browser's preflight and request are allowed"),
        gettext_noop("The file is there"),
        gettext_noop("The interpreter can import the module in the folder"),
        gettext_noop("The ASGI application can be loaded from the folder"),
        gettext_noop("The container is Up"),
        gettext_noop("The last log line is an error in the code"),
        gettext_noop("The last log line is an error in the configuration"),
        gettext_noop('The start log reaches "Application startup complete."'),
        gettext_noop('The log says "Uvicorn running on"'),
        gettext_noop("No antivirus or firewall blocks the port"),
        gettext_noop("Nothing between load balancer and API blocks the way"),
        gettext_noop("The API's security group lets the load balancer in"),
        gettext_noop("The target group says healthy"),
        gettext_noop("The target group's health check asks the right path and port"),
        gettext_noop("The instance exists and runs"),
        gettext_noop("The API's log shows dying workers, OOM or a restart loop"),
        gettext_noop("All three settings hold the front end's domain"),
        gettext_noop("The .env file holds every key the service needs"),
        gettext_noop("The server runs on the virtual environment's Python"),
        gettext_noop("The installed versions are the pinned ones"),
        gettext_noop("A minimal server fails the same way"),
        gettext_noop("The database answers a query with the service's user"),
        gettext_noop("The OpenAI key is real and accepted"),
        gettext_noop("The browser's console shows no error"),
    }
)
