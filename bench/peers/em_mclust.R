# em_mclust.R FOLDER WORK REPEATS: the work by mclust's em(). Prints processor seconds and the mean log-likelihood.
suppressMessages(library(mclust))
arguments <- commandArgs(TRUE)
path <- file.path(arguments[1], arguments[2])
shape <- scan(paste0(path, ".shape"), what = "", quiet = TRUE)
n <- as.integer(shape[1]); d <- as.integer(shape[2]); k <- as.integer(shape[3]); iterations <- as.integer(shape[5])
model <- if (shape[4] == "full") "VVV" else "VVI"
x <- matrix(readBin(paste0(path, ".rows"), "double", n * d), n, d, byrow = TRUE)
start <- readBin(paste0(path, ".start"), "double", k + k * d + k * d * d)
sigma <- array(start[-(1:(k + k * d))], c(d, d, k))
variance <- list(modelName = model, d = d, G = k, sigma = sigma)
if (model == "VVV") {
    variance$cholsigma <- array(apply(sigma, 3, chol), c(d, d, k))
} else {
    variance$scale <- apply(sigma, 3, function(s) prod(diag(s))^(1 / d))
    variance$shape <- sapply(1:k, function(c) diag(sigma[, , c]) / variance$scale[c])
}
parameters <- list(pro = start[1:k], mean = matrix(start[k + 1:(k * d)], d, k), variance = variance)
control <- emControl(eps = 0, tol = c(0, 0), itmax = c(iterations, iterations))
best <- Inf
begun <- proc.time()[["elapsed"]]
for (i in 1:as.integer(arguments[3])) {
    # user and system time
    best <- min(best, sum(system.time(fit <- em(data = x, modelName = model, parameters = parameters, control = control))[1:2]))
    if (proc.time()[["elapsed"]] - begun > 10) break
}
loglik <- estep(data = x, modelName = model, parameters = fit$parameters)$loglik
cat(format(best, digits = 6), format(loglik / n, digits = 16), "\n")
