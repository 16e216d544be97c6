"""Records for paper, made of waves, links and instruments; `app.printing` sets them."""
