# Peer of bench_coxnet.c: "seconds peak_MB answers..." of one path with cross-validation.
#     Rscript peer_coxnet.R WORKLOAD PEER FILE N P
suppressPackageStartupMessages({library(survival); library(glmnet)})
a <- commandArgs(trailingOnly = TRUE)
n <- as.integer(a[4]); p <- as.integer(a[5])
connection <- file(a[3], "rb")
head <- matrix(readBin(connection, "double", n * 3), n, 3)
x <- matrix(readBin(connection, "double", n * p), n, p)
close(connection)
y <- Surv(head[, 1], head[, 2])
t <- system.time(f <- cv.glmnet(x, y, family = "cox", foldid = head[, 3] + 1, nlambda = 100, lambda.min.ratio = 1e-2))[["elapsed"]]
k <- min(51, length(f$lambda))
answers <- c(f$lambda[1], as.numeric(f$glmnet.fit$beta[1, k]), f$cvm[k])
peak <- as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf("%.6f %.1f", t, peak), sprintf("%.12g", answers), "\n")
