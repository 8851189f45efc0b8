# Peers of bench_coxafter.c: "seconds peak_MB answers..." of what follows a fit.
#     Rscript peer_coxafter.R WORKLOAD PEER FILE N P
suppressPackageStartupMessages(library(survival))
a <- commandArgs(trailingOnly = TRUE)
workload <- a[1]; peer <- sub("@[^:]*", "", a[2]); n <- as.integer(a[4]); p <- as.integer(a[5])
connection <- file(a[3], "rb")
head <- matrix(readBin(connection, "double", n * 3), n, 3)
x <- matrix(readBin(connection, "double", n * p), n, p)
close(connection)
d <- as.data.frame(x)
d$time <- head[, 1]; d$death <- as.numeric(head[, 2] == 1)
f <- coxph(as.formula(paste("Surv(time, death) ~", paste(names(d)[1:p], collapse = " + "))), d)
took <- function(expression) system.time(expression)[["elapsed"]]
if (workload == "zph") {
    t <- took(z <- cox.zph(f))
    answers <- z$table[, "chisq"]
} else if (peer == "survival:dfbeta") {
    t <- took(r <- residuals(f, "dfbeta"))
    answers <- sum(r^2)
} else if (peer == "survival:schoenfeld") {
    t <- took(r <- residuals(f, "schoenfeld"))
    answers <- c(NA, sum(r^2))
} else {
    who <- seq_len(min(n, 1000))
    t <- took(s <- survfit(f, newdata = d[who, ]))
    own <- seq(1, length(who), by = length(who) %/% 4)
    k <- findInterval(1000, s$time)
    answers <- c(rbind(s$surv[k, own], s$lower[k, own], s$upper[k, own]))
}
peak <- as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf("%.6f %.1f", t, peak), sprintf("%.12g", answers), "\n")
