# Peer of bench_coxboot.c: "seconds peak_MB answers..." of a loop over coxph.fit() on drawn rows.
#     Rscript peer_coxboot.R WORKLOAD PEER FILE N P
suppressPackageStartupMessages(library(survival))
a <- commandArgs(trailingOnly = TRUE)
n <- as.integer(a[4]); p <- as.integer(a[5]); resamples <- 2000L
connection <- file(a[3], "rb")
head <- matrix(readBin(connection, "double", n * 2), n, 2)
x <- matrix(readBin(connection, "double", n * p), n, p)
row <- matrix(as.integer(readBin(connection, "double", n * resamples)) + 1L, n, resamples)
close(connection)
y <- Surv(head[, 1], head[, 2])
control <- coxph.control()
coef <- matrix(0, resamples, p); loglik <- numeric(resamples)
t <- system.time(for (b in seq_len(resamples)) {
    i <- row[, b]
    f <- coxph.fit(x[i, ], y[i, ], NULL, NULL, NULL, control, NULL, "efron", NULL, resid = FALSE)
    coef[b, ] <- f$coefficients; loglik[b] <- f$loglik[2]
})[["elapsed"]]
answers <- c(rbind(colMeans(coef)[1:3], apply(coef[, 1:3], 2, sd)), mean(loglik))
peak <- as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf("%.6f %.1f", t, peak), sprintf("%.12g", answers), "\n")
