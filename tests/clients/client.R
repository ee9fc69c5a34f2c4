# client.R MODULE: the extension through R's RSQLite.
if (!requireNamespace("RSQLite", quietly = TRUE)) {
    cat("RSQLite is not installed\n")
    quit(status = 77) # skipped
}
library(DBI)
db <- dbConnect(RSQLite::SQLite(), ":memory:", loadable.extensions = TRUE)
one <- function(sql, ...) dbGetQuery(db, sql, ...)[[1]]
module <- commandArgs(trailingOnly = TRUE)[1]
invisible(dbGetQuery(db, "SELECT load_extension(?)", params = list(module)))

# R's own data: Old Faithful's eruptions, fitted and scored.
dbWriteTable(db, "faithful", faithful)
text <- one("SELECT gmm_fit(eruptions, waiting, 2) FROM faithful")
weights <- one("SELECT weight FROM mix_components(?) ORDER BY weight", params = list(text))
stopifnot(abs(weights - c(0.3559, 0.6441)) < 5e-4) # mclust's, VVV

sums <- one("SELECT sum(probability) FROM faithful f, mix_responsibilities(?, f.eruptions, f.waiting) GROUP BY f.rowid",
    params = list(text))
stopifnot(length(sums) == 272, abs(sums - 1) < 1e-12)
predicted <- one("SELECT mix_predict(?, eruptions, waiting) FROM faithful", params = list(text))
stopifnot(table(predicted)[["2"]] == 97) # mclust's

chosen <- one("SELECT gmm_select(eruptions, waiting, 3, '{\"covariance\":\"EEE\"}') FROM faithful")
stopifnot(one("SELECT k FROM mix_selection(?) WHERE rank = 1", params = list(chosen)) == 3) # mclust's choice, too

message <- tryCatch(one("SELECT gmm_fit(eruptions, 'abc', 2) FROM faithful"), error = conditionMessage)
stopifnot(grepl("gmm_fit: argument 2 (x2) is TEXT 'abc' in row 1; expected a number", message, fixed = TRUE))
dbDisconnect(db)
