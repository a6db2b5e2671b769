"""`python -m onething`."""

from onething.cli import main

main()
