# Reference values for tests/scoring/test_replication.py: R survey's replicate weights on the rows of clustered.csv.
# Usage: Rscript tests/reference/make_replication.R tests/reference
# Writes replication.json (R's results, with the versions that made them, and the bootstrap weights it drew).
suppressPackageStartupMessages({library(survey); library(jsonlite)})
out <- commandArgs(TRUE)[1]
set.seed(20261121)
rows <- read.csv(file.path(out, "clustered.csv"), colClasses = c(stratum = "character"))
for (q in paste0("q", 1:4)) {
  rows[[paste0("v_", q)]] <- as.numeric(!is.na(rows[[q]]))
  rows[[paste0("t_", q)]] <- ifelse(is.na(rows[[q]]), 0, 100 * (rows[[q]] >= 4))
}
pairs <- rows[rows$psu <= 2, ]   # two PSUs in every stratum
one <- rows[rows$stratum == "04", ]

# Items, and the index as the mean of items, for the whole and for domain a.
figures <- function(w, data) {
  item <- function(q, inside) {
    v <- w * inside * data[[paste0("v_", q)]]
    sum(v * data[[paste0("t_", q)]]) / sum(v)
  }
  unlist(lapply(list(1, data$domain == "a"), function(inside) {
    p <- sapply(paste0("q", 1:4), item, inside)
    c(p, mean(p))
  }), use.names = FALSE)
}
result <- function(design, weights = FALSE) {
  one <- function(mse) {
    design$mse <- mse
    x <- withReplicates(design, figures)
    list(value = as.numeric(x), se = as.numeric(SE(x)), vcov = unname(as.matrix(vcov(x))))
  }
  found <- list(df = degf(design), n_replicates = ncol(weights(design)), mse = one(TRUE), centred = one(FALSE))
  if (weights) found <- c(found, list(weights = unname(as.matrix(weights(design, "analysis"))),
                                      scale = design$scale, rscales = design$rscales))
  found
}
taylor <- function(data, fpc) svydesign(ids = ~psu, strata = ~stratum, nest = TRUE, weights = ~weight, data = data,
                                        fpc = if (fpc) ~count)
results <- list(
  r = R.version.string, survey = as.character(packageVersion("survey")),
  jkn_fpc = result(as.svrepdesign(taylor(rows, TRUE), type = "JKn")),
  jkn = result(as.svrepdesign(taylor(rows, FALSE), type = "JKn")),
  jk1_fpc = result(as.svrepdesign(svydesign(ids = ~psu, weights = ~weight, data = one, fpc = ~count), type = "JK1")),
  brr = result(as.svrepdesign(taylor(pairs, FALSE), type = "BRR", small = "merge", large = "merge"), TRUE),
  fay = result(as.svrepdesign(taylor(pairs, FALSE), type = "Fay", fay.rho = 0.3), TRUE),
  bootstrap = result(as.svrepdesign(taylor(rows, FALSE), type = "subbootstrap", replicates = 12), TRUE)
)
write(toJSON(results, auto_unbox = TRUE, digits = 15), file.path(out, "replication.json"))
