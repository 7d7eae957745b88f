"""Platform ``local``: processes on this machine, without containers and without root."""
