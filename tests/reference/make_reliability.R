# Reference values for reliability and drivers, on a design that this script makes itself.
# Usage: Rscript tests/reference/make_reliability.R tests/reference
# Writes reliability.csv (the rows) and reliability.json (R's results, with the versions that made them).
suppressPackageStartupMessages({library(survey); library(jsonlite)})
out <- commandArgs(TRUE)[1]
set.seed(20261122)
rows <- do.call(rbind, lapply(1:4, function(h) do.call(rbind, lapply(1:(h + 3), function(i) {
  m <- sample(8:14, 1); day <- rnorm(1, 0, .5); common <- rnorm(m)
  item <- function(load, shift) pmin(5, pmax(1, round(3.4 + shift + .6 * day + load * common + rnorm(m, 0, .8))))
  data.frame(stratum = letters[h], psu = i, count = 3 * (h + 3), people = 2 * m, weight = round(runif(m, .5, 3), 3),
             q1 = item(.9, 0), q2 = item(.7, .3), q3 = item(.5, -.2), q4 = item(.8, .1), q5 = item(.3, 0),
             overall = round(50 + 12 * common + 5 * day + rnorm(m, 0, 8), 2))
}))))
items <- paste0("q", 1:5)
for (q in items) rows[[q]][runif(nrow(rows)) < .06] <- NA
complete <- rows[complete.cases(rows[items]), ]

# Alpha as a function of totals, so that the delta method (svycontrast) gives its standard error.
totals_alpha <- function(design) {
  x <- as.matrix(design$variables[items])
  design <- update(design, one = 1, squares = rowSums(x^2), sum2 = rowSums(x)^2)
  t <- svytotal(~one + q1 + q2 + q3 + q4 + q5 + squares + sum2, design)
  svycontrast(t, list(alpha = quote(5 / 4 * (1 - (squares / one - (q1^2 + q2^2 + q3^2 + q4^2 + q5^2) / one^2) /
                                             (sum2 / one - ((q1 + q2 + q3 + q4 + q5) / one)^2)))))
}
rows$person <- seq_len(nrow(rows))
# The whole design, of which the complete rows are a domain.
whole <- function(fpc, ids) svydesign(ids = ids, strata = ~stratum, weights = ~weight, fpc = fpc, data = rows, nest = TRUE)
alpha <- function(fpc, ids = ~psu) {
  design <- subset(whole(fpc, ids), complete.cases(rows[items]))
  c(list(svycralpha = unname(svycralpha(~q1 + q2 + q3 + q4 + q5, design))), list(
    value = unname(coef(totals_alpha(design))), se = as.numeric(SE(totals_alpha(design)))))
}

correlations <- cov.wt(complete[items], complete$weight, cor = TRUE, method = "ML")
fit <- factanal(covmat = correlations$cor, factors = 1, control = list(opt = list(factr = 1, pgtol = 0, maxit = 5000)))
load <- as.numeric(fit$loadings); unique <- as.numeric(fit$uniquenesses); s <- sqrt(diag(correlations$cov))
if (sum(load) < 0) load <- -load

weighted <- function(x, y) cov.wt(cbind(x, y), complete$weight, cor = TRUE)$cor[1, 2]
rest <- sapply(items, function(q) weighted(complete[[q]], rowSums(complete[setdiff(items, q)])))

# Shapley shares of R2: the mean gain of each predictor over all orders in which they can enter.
predictors <- items[1:4]
orders <- expand.grid(rep(list(1:4), 4)); orders <- orders[apply(orders, 1, function(o) length(unique(o)) == 4), ]
r2 <- function(set) if (length(set) == 0) 0 else
  summary(lm(reformulate(set, "overall"), complete, weights = weight))$r.squared
gains <- sapply(predictors, function(q) mean(apply(orders, 1, function(o) {
  before <- predictors[o][seq_len(match(q, predictors[o]) - 1)]
  r2(c(before, q)) - r2(before)
})))
full <- lm(reformulate(predictors, "overall"), complete, weights = weight)

writeLines(toJSON(list(
  made_by = list(R = R.version.string, survey = as.character(packageVersion("survey")), script = "make_reliability.R",
                 licence = "the rows are synthetic, made by the script"),
  n_complete = nrow(complete), alpha = alpha(NULL), alpha_fpc = alpha(~count),
  alpha_two_stages = alpha(~count + people, ~psu + person),
  pairwise_numbers = sapply(items, function(a) sapply(items, function(b) cov(rows[[a]], rows[[b]], use = "pairwise.complete.obs") *
    (1 - 1 / sum(complete.cases(rows[c(a, b)]))))),
  factor = list(loadings = load, uniqueness = unique, omega = sum(s * load)^2 / (sum(s * load)^2 + sum(s^2 * unique)),
                discrepancy = unname(fit$criteria["objective"])),
  item_rest = unname(rest),
  importance = list(value = unname(gains), r_squared = r2(predictors), coefficients = unname(coef(full)[-1]))
), digits = NA, auto_unbox = TRUE, pretty = TRUE), file.path(out, "reliability.json"))
write.csv(rows[names(rows) != "person"], file.path(out, "reliability.csv"), row.names = FALSE, na = "", quote = FALSE)
