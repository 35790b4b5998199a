"""`python -m kerascli` is `kerascli`."""

from kerascli.cli.main import main

if __name__ == "__main__":
    main()
