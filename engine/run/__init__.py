"""Running a design: in process (Session) and in a spawned worker."""
