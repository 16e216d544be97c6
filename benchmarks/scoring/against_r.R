# R's package `survey` on the file of benchmarks/scoring/engines.py: the two usual ways to 22 items by 63 provinces.
# Rscript against_r.R FOLDER ITEMS: reads FOLDER/rows.csv, times the loop over the first ITEMS items, writes FOLDER/r.json.
suppressPackageStartupMessages(library(survey))
given <- commandArgs(trailingOnly = TRUE)
folder <- given[1]
looped <- as.integer(given[2])

rows <- read.csv(file.path(folder, "rows.csv"))
items <- grep("^q", names(rows), value = TRUE)
for (item in items) {
  rows[[paste0("v_", item)]] <- as.numeric(rows[[item]] < 5)
  rows[[paste0("s_", item)]] <- 100 * (rows[[item]] %in% 3:4)
}
seconds <- function(work) system.time(work)[["elapsed"]]
out <- list(version = as.character(packageVersion("survey")), looped = looped)
out$design <- seconds(design <- svydesign(~psu, strata = ~stratum, weights = ~w, data = rows, nest = TRUE))

# One ratio after another.
value <- std_error <- list()
out$loop <- seconds(for (item in items[seq_len(looped)]) {
  found <- svyby(as.formula(paste0("~s_", item)), ~domain, design, svyratio,
                 denominator = as.formula(paste0("~v_", item)))
  value[[item]] <- found[[2]]
  std_error[[item]] <- found[[3]]
})
out$value <- value
out$std_error <- std_error

# All totals of a province in one call: with standard errors of totals only, and with the covariances that the delta
# method needs for the ratios.
columns <- as.formula(paste("~", paste(c(paste0("s_", items), paste0("v_", items)), collapse = " + ")))
out$totals_by <- seconds(svyby(columns, ~domain, design, svytotal, vartype = "se"))
k <- length(items)
delta <- function() {
  for (d in sort(unique(rows$domain))) {
    found <- svytotal(columns, subset(design, domain == d))
    total <- coef(found)
    s <- total[1:k]
    v <- total[k + 1:k]
    gradient <- cbind(diag(1 / v), diag(-s / v^2))
    last <- sqrt(diag(gradient %*% vcov(found) %*% t(gradient)))
  }
  last
}
out$totals_delta <- seconds(last <- delta())
out$last_std_error <- unname(last)
writeLines(jsonlite::toJSON(out, digits = NA, auto_unbox = TRUE), file.path(folder, "r.json"))
