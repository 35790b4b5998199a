"""The engine and what drives it: train, evaluate, predict; it joins the data and the model."""
