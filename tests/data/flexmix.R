# flexmix.R: draws counts.csv, and prints what flexmix makes of it: the numbers in tests/sqlite/test_flexmix.c.
#     Rscript flexmix.R                     R 4.2.2, flexmix 2.3-18
suppressMessages(library(flexmix))
if (!file.exists("counts.csv")) {
    set.seed(16)
    n <- 300
    g <- sample(1:3, n, TRUE, c(.5, .3, .2))
    rows <- data.frame(visits = rpois(n, c(1, 4, 12)[g]), orders = rpois(n, c(5, 1, 3)[g]),
                       age = round(rnorm(n, c(25, 40, 55)[g], c(4, 6, 5)[g]), 3),
                       member = rbinom(n, 1, c(.2, .7, .9)[g]), news = rbinom(n, 1, c(.6, .3, .8)[g]))
    write.table(rows, "counts.csv", sep = ",", row.names = FALSE, quote = FALSE)
}
rows <- read.csv("counts.csv")
control <- list(tol = 1e-15, iter.max = 10000, minprior = 0)
show <- function(what, fit) {
    cat(what, "\n")
    print(fit@converged)
    cat("loglik", sprintf("%.12g", fit@logLik), "df", fit@df, "\nweights", sprintf("%.9f", prior(fit)), "\n")
    for (c in seq_along(prior(fit))) {
        for (part in fit@components[[c]]) {
            numbers <- sapply(part@parameters, function(p) paste(sprintf("%.9g", p), collapse = " "))
            cat("component", c, paste(names(part@parameters), numbers, sep = ": "), "\n", sep = "  ")
        }
    }
}
# Poisson: the start is a partition by terciles of visits - orders.
start <- function(x, k) as.integer(cut(rank(x, ties.method = "first"), k))
x <- as.matrix(rows)
fit <- flexmix(x[, 1:2] ~ 1, k = 3, cluster = start(x[, 1] - x[, 2], 3), model = FLXMCmvpois(), control = control)
show("poisson, k = 3", fit)
# Gaussian beside Bernoulli, k = 2; its variances have one row less in the denominator.
fit <- flexmix(x[, 3:5] ~ 1, k = 2, cluster = start(x[, 3], 2), model = FLXMCmvcombi(), control = control)
show("gaussian and bernoulli, k = 2", fit)
# Poisson beside Bernoulli, k = 3.
fit <- flexmix(~ 1, rows, k = 3, cluster = start(x[, 1] - x[, 2], 3), control = control,
               model = list(FLXMCmvpois(cbind(visits, orders) ~ 1), FLXMCmvbinary(cbind(member, news) ~ 1)))
show("poisson and bernoulli, k = 3", fit)
