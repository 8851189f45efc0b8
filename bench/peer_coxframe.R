# Peers of bench_coxframe.c: "seconds peak_MB answers..." of coxph() on a data frame, or of reading the file as well.
#     Rscript peer_coxframe.R WORKLOAD PEER FILE N P
suppressPackageStartupMessages(library(survival))
a <- commandArgs(trailingOnly = TRUE)
n <- as.integer(a[4]); p <- as.integer(a[5])
if (a[1] == "cox-csv") {
    suppressPackageStartupMessages(library(data.table))
    read <- function() as.data.frame(fread(a[3]))
} else {
    connection <- file(a[3], "rb")
    columns <- lapply(seq_len(2 + p), function(k) readBin(connection, "double", n))
    close(connection)
    names(columns) <- c("time", "event", paste0("V", seq_len(p)))
    d <- as.data.frame(columns)
    rm(columns)
    read <- function() d
}
formula <- as.formula(paste("Surv(time, event) ~", paste0("V", seq_len(p), collapse = " + ")))
t <- system.time(f <- coxph(formula, read()))[["elapsed"]]
answers <- c(f$coefficients[1], f$loglik[2], sqrt(f$var[1, 1]), f$concordance[["concordance"]], f$residuals[[1]])
peak <- as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf("%.6f %.1f", t, peak), sprintf("%.12g", answers), "\n")
