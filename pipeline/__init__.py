"""The craft of a film: planning, engines and steps. Knows no queue and no database."""
