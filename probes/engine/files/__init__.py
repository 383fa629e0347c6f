"""Reading the files of a service, with a cap and inside allowed folders."""
