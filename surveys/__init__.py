"""The questionnaire as a thing: instruments, routing, answers. No web, no database, no statistics."""
