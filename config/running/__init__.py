"""What `up` needs to run the base: a port, a lock, a server, a worker, and one who watches them."""
