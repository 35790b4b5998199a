"""What is made out of a spec or of the language for other tools."""
