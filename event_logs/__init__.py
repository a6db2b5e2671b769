"""What happened: event logs of departments, read into one form."""
