# Reference values for tests/scoring/test_stages.py, test_covariance.py and test_contrasts.py, computed by R survey on
# a design of three stages that this script makes itself.
# Usage: Rscript tests/reference/make_stages.R tests/reference      (writes stages.csv and stages.json)
suppressPackageStartupMessages({library(survey); library(jsonlite)})
out <- commandArgs(TRUE)[1]
set.seed(20261122)
options(survey.lonely.psu = "fail")

# Strata of communes, in each villages, in each people; `kind` is of villages, `sex` of people.
stages <- do.call(rbind, lapply(1:3, function(h) {
  do.call(rbind, lapply(seq_len(c(3, 4, 3)[h]), function(i) {
    villages <- sample(2:4, 1); day <- rnorm(1, 0, .5)
    do.call(rbind, lapply(seq_len(villages), function(j) {
      m <- sample(2:6, 1); place <- rnorm(1, 0, .5)
      score <- function(shift) pmin(5, pmax(1, round(3.4 + shift + day + place + rnorm(m))))
      data.frame(stratum = LETTERS[h], psu = i, ssu = j, n1 = c(9, 12, 6)[h], n2 = villages + i, n3 = m + 3 * j,
                 weight = round(10 * runif(m, .7, 1.4), 3), sex = sample(c("f", "m"), m, TRUE),
                 kind = sample(c("r", "u"), 1), province = c("x", "x", "y", "y")[i],
                 q1 = score(0), q2 = score(.4))
    }))
  }))
}))
stages$q1[runif(nrow(stages)) < .06] <- NA
stages$q2[runif(nrow(stages)) < .2] <- NA
stages$row <- seq_len(nrow(stages))

# Every sum that a figure of a domain needs is a sum over these atoms.
atoms <- interaction(stages$sex, stages$kind, stages$province, sep = "")
columns <- data.frame(v1 = !is.na(stages$q1), v2 = !is.na(stages$q2),
                      t1 = ifelse(is.na(stages$q1), 0, 100 * (stages$q1 >= 4)),
                      t2 = ifelse(is.na(stages$q2), 0, 100 * (stages$q2 >= 4)))
wide <- stages
for (a in levels(atoms)) for (k in names(columns)) wide[[paste0(k, "_", a)]] <- columns[[k]] * (atoms == a)
names_wide <- as.vector(outer(names(columns), levels(atoms), paste, sep = "_"))

domains <- c(list(whole = ""), setNames(as.list(c("f", "m", "r", "u", "x", "y")), c("f", "m", "r", "u", "x", "y")),
             list(fx = c("f", "x")))
sum_of <- function(k, need) {
  inside <- Filter(function(a) all(vapply(need, function(s) s == "" || grepl(s, a), TRUE)), levels(atoms))
  Reduce(function(a, b) call("+", a, b), lapply(paste0(k, "_", inside), as.name))
}
figures <- list()
for (d in names(domains)) {
  s <- function(k) sum_of(k, domains[[d]])
  figures[[paste0(d, ":q1")]] <- bquote((.(s("t1"))) / (.(s("v1"))))
  figures[[paste0(d, ":pooled")]] <- bquote((.(s("t1")) + .(s("t2"))) / (.(s("v1")) + .(s("v2"))))
}

designs <- list(
  three_stages = svydesign(id = ~psu + ssu + row, strata = ~stratum, fpc = ~n1 + n2 + n3, weights = ~weight,
                           data = wide, nest = TRUE),
  two_stages = svydesign(id = ~psu + ssu, strata = ~stratum, fpc = ~n1 + n2, weights = ~weight, data = wide, nest = TRUE),
  one_stage = svydesign(id = ~psu, strata = ~stratum, fpc = ~n1, weights = ~weight, data = wide, nest = TRUE),
  replaced = svydesign(id = ~psu + ssu, strata = ~stratum, weights = ~weight, data = wide, nest = TRUE),
  # The same rows as if drawn one by one within strata.
  rows = svydesign(id = ~1, strata = ~stratum, weights = ~weight, data = wide),
  rows_fpc = svydesign(id = ~1, strata = ~stratum, fpc = ~I(n1 * 20), weights = ~weight, data = wide))
# Differences and a contrast of three, by name of the design.
contrasts <- list(f_m = c("f:q1" = 1, "m:q1" = -1), x_whole = c("x:q1" = 1, "whole:q1" = -1),
                  items = c("whole:q1" = 1, "whole:pooled" = -1), r_f = c("r:pooled" = 1, "f:pooled" = -1),
                  three = c("x:q1" = 1, "f:q1" = -.5, "m:pooled" = -.5))
results <- lapply(designs, function(design) {
  totals <- svytotal(as.formula(paste("~", paste(names_wide, collapse = "+"))), design)
  joint <- svycontrast(totals, figures)
  list(value = as.numeric(coef(joint)), covariance = unname(as.matrix(vcov(joint))), df = degf(design),
       contrasts = lapply(contrasts, function(k) {
         one <- svycontrast(joint, k); list(value = as.numeric(coef(one)), se = as.numeric(SE(one)))
       }))
})
reference <- list(made_by = list(R = R.version.string, survey = as.character(packageVersion("survey")),
                                 script = "make_stages.R", licence = "the rows are synthetic, made by the script"),
                  names = names(figures), contrasts = contrasts, designs = results)
reference$contrasts <- lapply(contrasts, as.list)
write.csv(stages, file.path(out, "stages.csv"), row.names = FALSE, na = "", quote = FALSE)
writeLines(toJSON(reference, digits = 15, auto_unbox = TRUE), file.path(out, "stages.json"))
