"""The report of a run: page, Markdown, JSON, JUnit, terminal, folder."""
