"""An application that cannot be imported: under a reloader its parent stays, and nothing listens."""

import no_such_module_of_the_lab

app = no_such_module_of_the_lab.app
