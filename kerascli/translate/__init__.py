"""Other forms ↔ specs: saved Keras models."""
