# survival::coxph.fit on the same data: "seconds loglik coef[1]".
suppressPackageStartupMessages(library(survival))
a <- commandArgs(trailingOnly = TRUE)
n <- as.integer(a[2]); p <- as.integer(a[3])
all <- readBin(a[1], "double", n * (p + 2))
y <- Surv(all[1:n], all[(n + 1):(2 * n)])
x <- matrix(all[-(1:(2 * n))], n, p)
t <- system.time(f <- coxph.fit(x, y, NULL, NULL, NULL, coxph.control(), NULL, "efron", NULL))[["elapsed"]]
cat(sprintf("%.6f %.10f %.12f\n", t, f$loglik[2], f$coefficients[1]))
