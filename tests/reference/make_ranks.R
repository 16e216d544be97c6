# Critical values and rank sets that have a closed form, for tests/scoring/test_ranking.py.
# Usage: Rscript tests/reference/make_ranks.R tests/reference
# All pairs of K independent entries of equal variance: Tukey's studentised range over sqrt(2) (R's qtukey).
# One entry against the others: Dunnett's two-sided value, by integration over the common entry and the common scale.
suppressPackageStartupMessages(library(jsonlite))
out <- commandArgs(TRUE)[1]
set.seed(20261122)

covered <- function(c, k, df) {
  given_scale <- function(s) vapply(s, function(one) integrate(function(x)
    dnorm(x) * (pnorm(x + c * one * sqrt(2)) - pnorm(x - c * one * sqrt(2)))^(k - 1), -9, 9, rel.tol = 1e-9)$value, 0)
  if (is.infinite(df)) return(given_scale(1))
  # The density of s = sqrt(chi2_df / df).
  integrate(function(s) given_scale(s) * 2 * df * s * dchisq(df * s^2, df), 0, 6, rel.tol = 1e-8)$value
}
dunnett <- function(k, df, level)
  uniroot(function(c) covered(c, k, df) - level, c(.5, 15), tol = 1e-8)$root

grid <- expand.grid(k = c(2, 3, 5, 10, 30), df = c(5, 20, Inf), level = c(.9, .95))
critical <- lapply(seq_len(nrow(grid)), function(i) with(grid[i, ], list(
  k = k, df = if (is.finite(df)) df else NULL, level = level,
  simultaneous = qtukey(level, k, df) / sqrt(2), marginal = dunnett(k, df, level))))

# Sets of the first step. No difference stands near the critical value, so that simulation cannot change a claim.
sets <- list()
while (length(sets) < 24) {
  k <- sample(c(4, 8, 15), 1); df <- sample(c(8, 30, Inf), 1); se <- runif(1, .5, 3)
  value <- round(rnorm(k, 80, 6), 3)
  t <- outer(value, value, "-") / (se * sqrt(2))
  joint <- qtukey(.95, k, df) / sqrt(2); alone <- dunnett(k, df, .95)
  if (min(abs(abs(t) / joint - 1), abs(abs(t) / alone - 1)) < .04) next
  sets[[length(sets) + 1]] <- list(value = value, std_error = se, df = if (is.finite(df)) df else NULL,
    rank = rank(-value, ties.method = "min"),
    simultaneous = list(low = 1 + rowSums(t < -joint), high = k - rowSums(t > joint)),
    marginal = list(low = 1 + rowSums(t < -alone), high = k - rowSums(t > alone)))
}
write_json(list(made_by = R.version.string, critical = critical, sets = sets), file.path(out, "ranks.json"),
           auto_unbox = TRUE, digits = 12, pretty = FALSE, null = "null")
