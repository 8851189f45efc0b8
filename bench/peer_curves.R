# Peers of bench_curves.c: "seconds peak_MB answers...".
#     Rscript peer_curves.R WORKLOAD PEER FILE N P
a <- commandArgs(trailingOnly = TRUE)
workload <- a[1]; peer <- a[2]; n <- as.integer(a[4]); p <- as.integer(a[5])
suppressPackageStartupMessages(library(sub(":.*", "", peer), character.only = TRUE))
suppressPackageStartupMessages(library(survival))
connection <- file(a[3], "rb")
d <- as.data.frame(matrix(readBin(connection, "double", n * 3), n, 3, dimnames = list(NULL, c("time", "event", "group"))))
x <- if (p > 0) matrix(readBin(connection, "double", n * p), n, p)
close(connection)
d$death <- as.numeric(d$event == 1)
at <- 1000
took <- function(expression) system.time(expression)[["elapsed"]]
if (workload == "km" && peer == "survival:survfit") {
    t <- took(f <- survfit(Surv(time, death) ~ group, d))
    s <- summary(f, times = at)
    answers <- rbind(s$surv, s$lower, s$upper)
} else if (workload == "km") {
    t <- took(f <- prodlim(Hist(time, death) ~ group, d))
    answers <- NULL
    for (g in sort(unique(d$group))) answers <- c(answers, predict(f, times = at, newdata = data.frame(group = g)), NA, NA)
} else if (workload == "logrank") {
    t <- took(f <- survdiff(Surv(time, death) ~ group, d))
    answers <- c(f$chisq, f$exp)
} else if (workload == "gray") {
    t <- took(f <- cuminc(d$time, d$event, d$group))
    points <- timepoints(f, at)
    own <- paste(sort(unique(d$group)), 1)
    answers <- c(rbind(points$est[own, 1], sqrt(points$var[own, 1])), f$Tests[, "stat"])
} else if (workload == "aj") {
    d$state <- factor(d$event, 0:2, c("none", "one", "two"))
    t <- took(f <- survfit(Surv(time, state) ~ group, d))
    s <- summary(f, times = at)
    answers <- rbind(s$pstate[, 2], s$std.err[, 2])
} else {
    y <- Surv(d$time, d$death); score <- x[, 2]
    t <- took(f <- concordancefit(y, score, reverse = TRUE))
    answers <- c(f$concordance, f$var, f$count[["concordant"]])
}
peak <- as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf("%.6f %.1f", t, peak), sprintf("%.12g", answers), "\n")
