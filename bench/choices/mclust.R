# mclust.R FOLDER: every set of FOLDER with k = 1 to 5 and all structures; FOLDER/mclust.csv: set, k, covariance,
# log-likelihood; FOLDER/mclust.seconds: set, seconds of CPU.
suppressMessages(library(mclust))
folder <- commandArgs(TRUE)[1]
cells <- file(file.path(folder, "mclust.csv"), "w")
seconds <- file(file.path(folder, "mclust.seconds"), "w")
for (set in list.files(folder, "-[0-9]+\\.csv$")) {
    x <- as.matrix(read.csv(file.path(folder, set)))
    set.seed(1)
    time <- system.time(bic <- mclustBIC(x, G = 1:5, verbose = FALSE))
    name <- sub("\\.csv$", "", set)
    for (k in rownames(bic)) for (code in colnames(bic)) {
        if (is.na(bic[k, code])) next
        parameters <- nMclustParams(code, ncol(x), as.integer(k))
        loglik <- (bic[k, code] + parameters * log(nrow(x))) / 2
        cat(name, k, code, sprintf("%.6f", loglik), sep = ",", file = cells)
        cat("\n", file = cells)
    }
    cat(name, sprintf("%.3f\n", time[["user.self"]] + time[["sys.self"]]), sep = ",", file = seconds)
}
