# Peers of bench_finegray.c: "seconds peak_MB answers...".
#     Rscript peer_finegray.R WORKLOAD PEER FILE N P
a <- commandArgs(trailingOnly = TRUE)
peer <- a[2]; n <- as.integer(a[4]); p <- as.integer(a[5])
suppressPackageStartupMessages(library(sub(":.*", "", peer), character.only = TRUE))
connection <- file(a[3], "rb")
head <- matrix(readBin(connection, "double", n * 3), n, 3)
x <- matrix(readBin(connection, "double", n * p), n, p)
close(connection)
time <- head[, 1]; event <- head[, 2]
took <- function(expression) system.time(expression)[["elapsed"]]
if (peer == "cmprsk:crr") {
    t <- took(f <- crr(time, event, x))
    answers <- c(f$loglik, f$coef[1:3], sqrt(diag(f$var))[1:3])
} else if (peer == "fastcmprsk:fastCrr") {
    t <- took(f <- fastCrr(Crisk(time, event) ~ x, variance = FALSE))
    answers <- c(f$logLik, f$coef[1:3])
} else if (peer == "mets:cifreg") {
    d <- data.frame(time, event, x)
    names(d) <- c("time", "event", paste0("x", seq_len(p)))
    t <- took(f <- cifreg(as.formula(paste("Event(time, event) ~", paste0("x", seq_len(p), collapse = " + "))), d,
        cause = 1, propodds = NULL))
    answers <- c(f$ploglik, f$coef[1], NA, f$coef[3], f$se.coef[1:3]) # the second effect is 0 but for chance
} else {
    d <- data.frame(time, state = factor(event, 0:2, c("none", "one", "two")), id = seq_len(n), x)
    names(d) <- c("time", "state", "id", paste0("x", seq_len(p)))
    t <- took({
        long <- finegray(Surv(time, state) ~ ., d, etype = "one", id = id)
        f <- coxph(as.formula(paste("Surv(fgstart, fgstop, fgstatus) ~", paste0("x", seq_len(p), collapse = " + "))), long,
            weights = fgwt, cluster = id)
    })
    answers <- c(f$loglik[2], f$coefficients[1:3], sqrt(diag(f$var))[1:3])
}
peak <- as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf("%.6f %.1f", t, peak), sprintf("%.12g", answers), "\n")
