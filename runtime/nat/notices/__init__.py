"""What happened to a nation, told to the people whom it concerns: once per incident, person by person."""
