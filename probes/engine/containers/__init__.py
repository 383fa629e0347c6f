"""What a container engine says about a container, by GET over its socket."""
