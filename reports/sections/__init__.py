"""The report's sections, one file a question; each turns `ReportInputs` into a `Section` in the language in force."""
