# Peers of bench_cox.c: "seconds peak_MB answers..." of one fit, alone or from a data frame.
#     Rscript peer_cox.R WORKLOAD PEER FILE N P
suppressPackageStartupMessages(library(survival))
a <- commandArgs(trailingOnly = TRUE)
workload <- a[1]; peer <- sub("@[^:]*", "", a[2]); n <- as.integer(a[4]); p <- as.integer(a[5])
lead <- if (workload == "counting") 5L else 2L
connection <- file(a[3], "rb")
head <- matrix(readBin(connection, "double", n * lead), n, lead)
x <- matrix(readBin(connection, "double", n * p), n, p)
close(connection)
if (peer == "glmnet:lambda0") {
    suppressPackageStartupMessages(library(glmnet))
    y <- Surv(head[, 1], head[, 2])
    t <- system.time(f <- glmnet(x, y, family = "cox", lambda = 0, standardize = FALSE, thresh = 1e-10))[["elapsed"]]
    answers <- as.numeric(f$beta)[1]
} else if (peer == "Cyclops:fitCyclopsModel") {
    suppressPackageStartupMessages(library(Cyclops))
    d <- as.data.frame(x)
    terms <- paste(names(d), collapse = " + ")
    d$time <- head[, 1]; d$event <- head[, 2]
    data <- createCyclopsData(as.formula(paste("Surv(time, event) ~", terms)), data = d, modelType = "cox")
    t <- system.time(f <- fitCyclopsModel(data))[["elapsed"]]
    answers <- coef(f)[[1]]
} else if (peer == "survival:coxph.fit") {
    y <- Surv(head[, 1], head[, 2])
    t <- system.time(f <- coxph.fit(x, y, NULL, NULL, NULL, coxph.control(), NULL, "efron", NULL))[["elapsed"]]
    answers <- c(f$coefficients[1], f$loglik[2], sqrt(f$var[1, 1]))
} else {
    d <- as.data.frame(x)
    terms <- paste(names(d), collapse = " + ")
    if (workload == "counting") {
        d$entry <- head[, 1]; d$time <- head[, 2]; d$event <- head[, 3]; d$site <- head[, 4]; d$id <- head[, 5]
        formula <- as.formula(paste("Surv(entry, time, event) ~", terms, "+ strata(site) + cluster(id)"))
    } else {
        d$time <- head[, 1]; d$event <- head[, 2]
        formula <- as.formula(paste("Surv(time, event) ~", terms))
    }
    rm(x, head)
    t <- system.time(f <- coxph(formula, d))[["elapsed"]]
    answers <- c(f$coefficients[1], f$loglik[2], sqrt(f$var[1, 1]))
    if (workload == "cox-all") answers <- c(answers, f$concordance[["concordance"]], f$residuals[[1]])
}
peak <- as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf("%.6f %.1f", t, peak), sprintf("%.12g", answers), "\n")
