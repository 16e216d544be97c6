# Jackknife standard errors of alpha and omega on the rows of make_reliability.R.
# Usage: Rscript tests/reference/make_measurement.R tests/reference   (after make_reliability.R)
suppressPackageStartupMessages({library(survey); library(jsonlite)})
out <- commandArgs(TRUE)[1]
rows <- read.csv(file.path(out, "reliability.csv"))
items <- paste0("q", 1:5)
counted <- complete.cases(rows[items])
# Incomplete rows stay in the design with a score that no weight ever counts.
filled <- as.matrix(replace(rows[items], is.na(rows[items]), 0))
covariance <- function(w) cov.wt(filled[counted & w > 0, ], w[counted & w > 0], method = "ML")$cov
alpha <- function(w, d) { c <- covariance(w); 5 / 4 * (1 - sum(diag(c)) / sum(c)) }
omega <- function(w, d) {
  c <- covariance(w); s <- sqrt(diag(c))
  fit <- factanal(covmat = cov2cor(c), factors = 1, control = list(opt = list(factr = 1, pgtol = 0, maxit = 5000)))
  common <- sum(s * as.numeric(fit$loadings))^2
  common / (common + sum(s^2 * as.numeric(fit$uniquenesses)))
}
jackknife <- function(fpc, figure) {
  design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, fpc = fpc, data = rows, nest = TRUE)
  as.numeric(SE(withReplicates(as.svrepdesign(design, type = "JKn", mse = TRUE), figure)))
}
writeLines(toJSON(list(
  made_by = list(R = R.version.string, survey = as.character(packageVersion("survey")), script = "make_measurement.R"),
  alpha = jackknife(NULL, alpha), alpha_fpc = jackknife(~count, alpha),
  omega = jackknife(NULL, omega), omega_fpc = jackknife(~count, omega)
), auto_unbox = TRUE, digits = 15, pretty = TRUE), file.path(out, "measurement.json"))
