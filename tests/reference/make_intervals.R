# Reference values for proportion intervals, totals, ratios, variances and quantiles of numeric variables.
# Usage: Rscript tests/reference/make_intervals.R tests/reference
# Reads clustered.csv and rows.csv (made by make_reference.R); writes intervals.json.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
out <- commandArgs(TRUE)[1]

design_of <- function(name, fpc) {
  data <- read.csv(file.path(out, paste0(name, ".csv")), colClasses = c(stratum = "character"))
  data$spent <- 3 * data$q1 + data$q2^2          # NA where either is missing
  data$visits <- data$q1 + 2                     # NA where q1 is missing
  data$event <- as.numeric(data$q1 >= 5)
  ids <- if (name == "clustered") ~psu else ~1
  if (fpc) svydesign(ids, strata = ~stratum, weights = ~weight, fpc = ~count, data = data, nest = TRUE)
  else svydesign(ids, strata = ~stratum, weights = ~weight, data = data, nest = TRUE)
}
figure <- function(x) list(value = unname(as.vector(coef(x))), std_error = unname(as.vector(SE(x))))

results <- list()
for (name in c("clustered", "rows")) for (fpc in c(TRUE, FALSE)) {
  d <- design_of(name, fpc)
  valid <- subset(d, !is.na(event)); complete <- subset(d, !is.na(spent))
  p <- svymean(~event, valid)
  ciprop <- list()
  for (method in c("logit", "xlogit", "asin", "beta", "mean")) for (level in c(.9, .95)) {
    x <- suppressWarnings(svyciprop(~event, valid, method = method, level = level))
    ciprop[[length(ciprop) + 1]] <- list(method = method, level = level, low = unname(attr(x, "ci")[1]),
                                         high = unname(attr(x, "ci")[2]))
  }
  total <- svytotal(~spent, complete, deff = TRUE); mean <- svymean(~spent, complete, deff = TRUE)
  replace <- svymean(~spent, complete, deff = "replace")
  by <- svyby(~spent, ~domain, complete, svymean, covmat = TRUE)
  q <- svyquantile(~spent, complete, c(.1, .25, .5, .75, .9), ci = TRUE, interval.type = "mean", qrule = "math",
                   df = degf(d))$spent
  variance <- svyvar(~spent + visits, complete)
  results[[length(results) + 1]] <- list(
    design = name, fpc = fpc, df = degf(d),
    proportion = list(value = unname(coef(p)), variance = unname(as.vector(vcov(p))), n = nrow(valid), df = degf(valid),
                      intervals = ciprop),
    total = c(figure(total), deff = unname(as.vector(deff(total)))),
    mean = c(figure(mean), deff = unname(as.vector(deff(mean))), deff_replace = unname(as.vector(deff(replace)))),
    ratio = figure(svyratio(~spent, ~visits, complete)),
    variance = list(value = unname(as.vector(unclass(variance)[1:2, 1:2])), std_error = unname(as.vector(SE(variance)))),
    by = c(figure(by), list(covariance = unname(as.matrix(vcov(by))))),
    quantiles = list(value = unname(q[, 1]), low = unname(q[, 2]), high = unname(q[, 3]), std_error = unname(q[, 4])))
}
meta <- list(survey = as.character(packageVersion("survey")), r = R.version.string)
writeLines(toJSON(list(meta = meta, results = results), auto_unbox = TRUE, digits = NA, pretty = TRUE, na = "null"),
           file.path(out, "intervals.json"))
