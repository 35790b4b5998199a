"""What lies on disk: run folders, atomic writes, manifests, checkpoints, the record of a run."""
