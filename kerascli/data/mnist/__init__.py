"""The MNIST digits, which come with kerascli."""
