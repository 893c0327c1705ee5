"""From a lesson and a submission to a result: run the suite, read its records, score them."""
