"""YAML text → located nodes → `Spec`: what a user wrote, with every name found and every fault located."""
