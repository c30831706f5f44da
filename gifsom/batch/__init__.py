"""Many clips into one folder, by processes of this machine or a cluster."""
