# sets.R FOLDER COUNT MOST: draws COUNT sets of each kind and number of columns, of at most MOST rows, with fixed
# seeds, into FOLDER/KIND-D-NUMBER.csv (header x1, x2, ...).
arguments <- commandArgs(TRUE)
folder <- arguments[1]
count <- as.integer(arguments[2])
most <- as.integer(arguments[3])
kinds <- c("overlapping", "rounded", "unequal", "tiny", "skewed", "uniform")

# A covariance of random axes, with deviations from 0.4 to 1.6.
covariance <- function(d) {
    axes <- qr.Q(qr(matrix(rnorm(d * d), d)))
    axes %*% diag(runif(d, 0.4, 1.6)^2, d) %*% t(axes)
}

normal <- function(n, d) {
    z <- matrix(rnorm(n * d), n) %*% chol(covariance(d))
    sweep(z, 2, runif(d, -1, 1) * 4, "+")
}

draw_set <- function(kind, d, number) {
    set.seed(1000000 * match(kind, kinds) + 1000 * d + number)
    k <- 2 + (number - 1) %% 4
    n <- round(exp(runif(1, log(30), log(most))))
    sizes <- rep(n %/% k, k)
    if (kind == "unequal") sizes <- pmax(round(n * 0.4^(1:k) / sum(0.4^(1:k))), d + 3)
    if (kind == "tiny") sizes <- c(rep(n %/% (k - 1), k - 1), d + 2 + number %% 4)
    parts <- lapply(sizes, function(rows) switch(kind,
        overlapping = normal(rows, d) * 0.6,
        rounded = round(normal(rows, d) * 2),
        unequal = normal(rows, d),
        tiny = normal(rows, d),
        skewed = sweep(exp(normal(rows, d) / 4), 2, runif(d, 0, 3), "+"),
        uniform = sweep(matrix(runif(rows * d), rows) * runif(1, 1, 4), 2, runif(d, -2, 2), "+")))
    x <- do.call(rbind, parts)
    colnames(x) <- paste0("x", seq_len(d))
    write.csv(round(x, 4), file.path(folder, sprintf("%s-%d-%d.csv", kind, d, number)), row.names = FALSE)
}

for (kind in kinds) for (d in 1:5) for (number in seq_len(count)) draw_set(kind, d, number)
