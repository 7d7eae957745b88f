"""Platform ``kubernetes``: the manifests of docker/kubernetes, driven by kubectl."""
