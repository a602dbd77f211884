"""The processes: workers, the supervisor and its watch."""
