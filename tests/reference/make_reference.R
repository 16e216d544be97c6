# Reference values for tests/scoring, computed by R survey on designs that this script makes itself.
# Usage: Rscript tests/reference/make_reference.R tests/reference      (make reference-values)
# Writes <design>.csv (the rows) and reference.json (R's results, with the versions that made them).
suppressPackageStartupMessages({library(survey); library(jsonlite)})
out <- commandArgs(TRUE)[1]
set.seed(20261121)
options(survey.lonely.psu = "fail")

# Clusters in strata with population counts, unequal weights, answers missing by item.
clustered <- do.call(rbind, lapply(1:6, function(h) {
  n_psu <- c(3, 4, 5, 6, 3, 4)[h]
  do.call(rbind, lapply(seq_len(n_psu), function(i) {
    m <- sample(4:12, 1); day <- rnorm(1, 0, .6)
    score <- function(shift) pmin(5, pmax(1, round(3.6 + shift + day + rnorm(m))))
    data.frame(stratum = sprintf("%02d", h), psu = i, count = n_psu * c(4, 8)[1 + h %% 2],
               weight = round(c(4, 8)[1 + h %% 2] * runif(m, .8, 1.3), 3),
               domain = sample(c("a", "b", "c"), m, TRUE, c(.6, .3, .1)),
               q1 = score(0), q2 = score(.4), q3 = score(-.3), q4 = score(.1))
  }))
}))
for (q in paste0("q", 1:4)) clustered[[q]][runif(nrow(clustered)) < c(q1 = .02, q2 = .1, q3 = .3, q4 = .15)[q]] <- NA

# Rows drawn within strata, no clusters: with population counts.
rows <- do.call(rbind, lapply(1:4, function(h) {
  m <- c(30, 45, 25, 60)[h]; mean <- 3.2 + h / 5
  score <- function(shift) pmin(5, pmax(1, round(mean + shift + rnorm(m))))
  data.frame(stratum = LETTERS[h], count = c(200, 400, 90, 1000)[h], weight = c(200, 400, 90, 1000)[h] / m,
             domain = sample(c("a", "b"), m, TRUE), q1 = score(0), q2 = score(.4), q3 = score(-.3), q4 = score(.1))
}))
for (q in paste0("q", 1:4)) rows[[q]][runif(nrow(rows)) < .12] <- NA

# One stratum of one PSU, for the rules that treat it.
lonely <- clustered[!(clustered$stratum == "03" & clustered$psu > 1), ]

columns <- function(data) {
  for (q in paste0("q", 1:4)) {
    data[[paste0("v_", q)]] <- as.numeric(!is.na(data[[q]]))
    data[[paste0("t_", q)]] <- ifelse(is.na(data[[q]]), 0, 100 * (data[[q]] >= 4))
    data[[paste0("m_", q)]] <- ifelse(is.na(data[[q]]), 0, 25 * (data[[q]] - 1))
  }
  # The person's mean over his valid items, defined with at least 2 of 4.
  valid <- as.matrix(data[paste0("v_q", 1:4)]); score <- as.matrix(data[paste0("m_q", 1:4)])
  data$v_person <- as.numeric(rowSums(valid) >= 2)
  data$s_person <- ifelse(data$v_person == 1, rowSums(score) / rowSums(valid), 0)
  data
}

figure <- function(x) list(value = as.numeric(coef(x)), se = as.numeric(SE(x)))
# The index rules as functions of totals, by the delta method (svycontrast).
rules <- list(
  pooled = quote((t_q1 + t_q2 + t_q3 + t_q4) / (v_q1 + v_q2 + v_q3 + v_q4)),
  mean_of_items = quote((t_q1 / v_q1 + t_q2 / v_q2 + t_q3 / v_q3 + t_q4 / v_q4) / 4),
  # Two factors of two items, the first with coefficient 3.
  mean_of_children = quote((3 * (t_q1 / v_q1 + t_q2 / v_q2) / 2 + (t_q3 / v_q3 + t_q4 / v_q4) / 2) / 4),
  # The same factors, each pooled.
  mean_of_pooled = quote(((m_q1 + m_q2) / (v_q1 + v_q2) + (m_q3 + m_q4) / (v_q3 + v_q4)) / 2),
  respondent_mean = quote(s_person / v_person)
)
results <- function(design) {
  one <- function(d) {
    totals <- svytotal(~t_q1 + t_q2 + t_q3 + t_q4 + m_q1 + m_q2 + m_q3 + m_q4 + v_q1 + v_q2 + v_q3 + v_q4 +
                         s_person + v_person, d)
    found <- list(df = degf(d), n = nrow(d$variables))
    for (q in paste0("q", 1:4)) {
      for (kind in c("t", "m")) found[[paste0(kind, "_", q)]] <-
        figure(svyratio(as.formula(paste0("~", kind, "_", q)), as.formula(paste0("~v_", q)), d))
      answered <- d[d$variables[[paste0("v_", q)]] == 1, ]
      answered <- update(answered, hit = as.numeric(get(paste0("t_", q)) == 100))
      # R's beta interval takes its degrees of freedom from the rows that answered, whatever `df` says.
      beta <- svyciprop(~hit, answered, method = "beta")
      found[[paste0("beta_", q)]] <- list(n = nrow(answered$variables), df = degf(answered), ci = as.numeric(confint(beta)))
    }
    for (name in names(rules)) found[[name]] <- figure(svycontrast(totals, setNames(list(rules[[name]]), name)))
    found
  }
  domains <- sort(unique(design$variables$domain))
  c(list(whole = one(design)), setNames(lapply(domains, function(k) one(subset(design, domain == k))), domains))
}

taylor <- function(data, ids, fpc) svydesign(ids = ids, strata = ~stratum, weights = ~weight, fpc = fpc,
                                             data = columns(data), nest = TRUE)
reference <- list(
  made_by = list(R = R.version.string, survey = as.character(packageVersion("survey")),
                 script = "make_reference.R", licence = "the rows are synthetic, made by the script"),
  clustered_fpc = results(taylor(clustered, ~psu, ~count)),
  clustered = results(taylor(clustered, ~psu, NULL)),
  rows_fpc = results(taylor(rows, ~1, ~count)),
  rows = results(taylor(rows, ~1, NULL)))
for (rule in c("certainty", "remove", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  reference[[paste0("lonely_", rule)]] <- results(taylor(lonely, ~psu, ~count))
}
write_csv <- function(data, name) write.csv(data, file.path(out, paste0(name, ".csv")), row.names = FALSE, na = "", quote = FALSE)
write_csv(clustered, "clustered"); write_csv(rows, "rows"); write_csv(lonely, "lonely")
writeLines(toJSON(reference, digits = 15, auto_unbox = TRUE, pretty = TRUE), file.path(out, "reference.json"))
