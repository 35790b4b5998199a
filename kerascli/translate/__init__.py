"""Says the language and its specs in other words: JSON Schema, descriptions, scripts."""
