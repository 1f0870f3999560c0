"""`python -m gradus` is the command line."""

from gradus.cli.main import main

if __name__ == "__main__":
    main()
