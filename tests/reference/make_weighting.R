# Reference values for tests/scoring/test_weighting.py and test_calibration.py: R survey's calibration on clustered.csv.
# Usage: Rscript tests/reference/make_weighting.R tests/reference
# Writes weighting.json (weights, figures and standard errors, with the versions that made them).
suppressPackageStartupMessages({library(survey); library(jsonlite)})
out <- commandArgs(TRUE)[1]
rows <- read.csv(file.path(out, "clustered.csv"), colClasses = c(stratum = "character"))
rows$v <- as.numeric(!is.na(rows$q1))
rows$t <- ifelse(is.na(rows$q1), 0, 100 * (rows$q1 >= 4))
rows$band <- c("x", "y", "z")[1 + seq_len(nrow(rows)) %% 3]   # a category and a number that the test makes alike
rows$size <- seq_len(nrow(rows)) %% 7
design <- svydesign(ids = ~psu, strata = ~stratum, nest = TRUE, weights = ~weight, fpc = ~count, data = rows)

total <- round(sum(rows$weight))
domain <- round(total * c(a = .5, b = .3, c = .2)); domain["a"] <- total - sum(domain[-1])
band <- round(total * c(x = .4, y = .35, z = .25)); band["x"] <- total - sum(band[-1])
size <- 3.2 * total
counts <- function(name, margin) setNames(data.frame(names(margin), as.numeric(margin)), c(name, "Freq"))
both <- c("(Intercept)" = total, domainb = domain[["b"]], domainc = domain[["c"]], bandy = band[["y"]], bandz = band[["z"]])
linear <- c("(Intercept)" = total, domainb = domain[["b"]], domainc = domain[["c"]], size = size)

result <- function(d) {
  one <- function(d) { x <- svyratio(~t, ~v, d); list(value = as.numeric(coef(x)), se = as.numeric(SE(x))) }
  sum_t <- svytotal(~t, d)
  list(weights = unname(weights(d)), whole = one(d), x = one(subset(d, band == "x")),
       total = list(value = as.numeric(coef(sum_t)), se = as.numeric(SE(sum_t))))
}
raked <- rake(design, list(~domain, ~band), list(counts("domain", domain), counts("band", band)),
              control = list(maxit = 500, epsilon = 1e-10))
results <- list(
  r = R.version.string, survey = as.character(packageVersion("survey")),
  population = list(domain = as.list(domain), band = as.list(band), size = size),
  post_stratified = result(postStratify(design, ~domain, counts("domain", domain))),
  raked = result(raked),
  linear_margins = result(calibrate(design, ~domain + band, both)),
  linear = result(calibrate(design, ~domain + size, linear)),
  # Once: in survey 4.1-1 `strict = TRUE` does not end on these weights.
  trim = list(lower = 3.9, upper = 9.2, once = unname(weights(trimWeights(design, lower = 3.9, upper = 9.2))))
)
write(toJSON(results, auto_unbox = TRUE, digits = 15), file.path(out, "weighting.json"))
