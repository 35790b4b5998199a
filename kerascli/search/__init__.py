"""What starts trainings or parts of them: values found by trying, several workers watched over."""
