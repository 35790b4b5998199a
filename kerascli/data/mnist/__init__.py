"""The MNIST digits, as they come with the package."""
