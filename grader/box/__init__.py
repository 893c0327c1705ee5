"""The box in which a submission's programs run, as tight as this machine allows."""
