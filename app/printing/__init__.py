"""What goes onto paper: posters, receipt slips, questionnaires. Sees records made by services, no database."""
