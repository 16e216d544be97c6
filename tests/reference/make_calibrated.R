# Reference values for tests/services/assembly/test_weighting.py, test_contrasts.py and test_trends.py: figures of
# calibrated designs by R survey, by domain, with contrasts, on clustered.csv, rows.csv and stages.csv; and a change.
# Usage: Rscript tests/reference/make_calibrated.R tests/reference
# Writes calibrated.json (population counts, figures and standard errors, with the versions that made them).
suppressPackageStartupMessages({library(survey); library(jsonlite)})
out <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(out, name), colClasses = c(stratum = "character"))
counts <- function(name, margin) setNames(data.frame(names(margin), as.numeric(margin)), c(name, "Freq"))

# A category and a number that the test makes alike.
columns <- function(rows, items) {
  rows$band <- c("x", "y", "z")[1 + seq_len(nrow(rows)) %% 3]
  rows$size <- seq_len(nrow(rows)) %% 7
  for (q in items) {
    rows[[paste0("v_", q)]] <- as.numeric(!is.na(rows[[q]]))
    rows[[paste0("t_", q)]] <- ifelse(is.na(rows[[q]]), 0, 100 * (rows[[q]] >= 4))
  }
  for (d in c("x", "y", "z")) for (q in items) for (k in c("v", "t"))
    rows[[paste(k, q, d, sep = "_")]] <- rows[[paste0(k, "_", q)]] * (rows$band == d)
  rows
}

# Item 1, the pooled index of the items, and its differences between bands, from totals by the delta method.
results <- function(design, items) {
  pooled <- function(d) {
    sum_of <- function(k) Reduce(function(a, b) call("+", a, b), lapply(items, function(q) as.name(paste0(k, "_", q, d))))
    call("/", sum_of("t"), sum_of("v"))
  }
  first <- function(d) call("/", as.name(paste0("t_", items[1], d)), as.name(paste0("v_", items[1], d)))
  minus <- function(a, b) call("-", pooled(a), pooled(b))
  ratio <- function(q) call("/", as.name(paste0("t_", q)), as.name(paste0("v_", q)))
  names <- as.vector(outer(c("v", "t"), items, paste, sep = "_"))
  by <- c("", "_x", "_y", "_z")
  all <- svytotal(reformulate(as.vector(outer(names, by, paste0))), design)
  asked <- list(item = first(""), item_x = first("_x"), item_y = first("_y"), item_z = first("_z"),
                pooled = pooled(""), pooled_x = pooled("_x"), pooled_y = pooled("_y"), pooled_z = pooled("_z"),
                q1_q2 = call("-", ratio("q1"), ratio("q2")), x_y = minus("_x", "_y"), x_z = minus("_x", "_z"), y_z = minus("_y", "_z"))
  lapply(asked, function(q) { found <- svycontrast(all, list(f = q)); list(value = as.numeric(coef(found)), se = as.numeric(SE(found))) })
}

items <- paste0("q", 1:4)
clustered <- columns(read("clustered.csv"), items)
total <- round(sum(clustered$weight))
domain <- round(total * c(a = .5, b = .3, c = .2)); domain["a"] <- total - sum(domain[-1])
band <- round(total * c(x = .4, y = .35, z = .25)); band["x"] <- total - sum(band[-1])
size <- 3.2 * total
both <- c("(Intercept)" = total, domainb = domain[["b"]], domainc = domain[["c"]], bandy = band[["y"]], bandz = band[["z"]])
linear <- c("(Intercept)" = total, domainb = domain[["b"]], domainc = domain[["c"]], size = size)
base <- svydesign(ids = ~psu, strata = ~stratum, nest = TRUE, weights = ~weight, fpc = ~count, data = clustered)
tight <- function(...) calibrate(base, ..., epsilon = 1e-12, maxit = 500)

rows <- columns(read("rows.csv"), items)
rows_domain <- c(a = 900, b = 835)
rows_base <- svydesign(ids = ~1, strata = ~stratum, weights = ~weight, fpc = ~count, data = rows)

stages <- columns(read("stages.csv"), c("q1", "q2"))
stages_total <- round(sum(stages$weight))
sex <- round(stages_total * c(f = .45, m = .55)); sex["f"] <- stages_total - sex[["m"]]
stages_base <- svydesign(ids = ~psu + ssu, strata = ~stratum, nest = TRUE, weights = ~weight, fpc = ~n1 + n2, data = stages)

# Two waves of the same PSUs: the later is clustered.csv, the earlier has another q1 by rule; one design for both.
waves <- rbind(transform(clustered, wave = "later"), {
  earlier <- clustered
  earlier$q1 <- 1 + seq_len(nrow(earlier)) %% 4
  transform(columns(earlier, items), wave = "earlier")
})
for (k in c("v", "t")) for (w in c("earlier", "later")) for (d in c("", "_x")) {
  columns_of <- paste0(k, "_", items, d)
  waves[[paste(k, w, sub("_", "", d), sep = "_")]] <- rowSums(waves[columns_of]) * (waves$wave == w)
}
union <- svydesign(ids = ~psu, strata = ~stratum, nest = TRUE, weights = ~weight, fpc = ~count, data = waves)
change <- function(d) {
  name <- function(k, w) as.name(paste(k, w, d, sep = "_"))
  share <- function(w) call("/", name("t", w), name("v", w))
  all <- svytotal(reformulate(sapply(c("t", "v"), function(k) paste(k, c("earlier", "later"), d, sep = "_"))), union)
  found <- svycontrast(all, list(f = call("-", share("later"), share("earlier"))))
  list(value = as.numeric(coef(found)), se = as.numeric(SE(found)))
}

results <- list(
  trend = list(whole = change(""), x = change("x")),
  r = R.version.string, survey = as.character(packageVersion("survey")),
  population = list(domain = as.list(domain), band = as.list(band), size = size, rows_domain = as.list(rows_domain),
                    sex = as.list(sex)),
  post_stratified = results(postStratify(base, ~domain, counts("domain", domain)), items),
  linear = results(tight(~domain + size, linear), items),
  raking = results(tight(~domain + band, both, calfun = "raking"), items),
  logit = results(tight(~domain + band, both, calfun = "logit", bounds = c(.2, 4)), items),
  rows = results(postStratify(rows_base, ~domain, counts("domain", rows_domain)), items),
  stages = results(postStratify(stages_base, ~sex, counts("sex", sex)), c("q1", "q2"))
)
write(toJSON(results, auto_unbox = TRUE, digits = 15), file.path(out, "calibrated.json"))
