# Numbers of the example report, computed again in R from the CSV, for tests/report/spine_hfrt.csv.
#   Rscript tests/report/spine_hfrt.R > tests/report/spine_hfrt.csv
# Made with R 4.2.2, survival 3.5-3, cmprsk 2.2-11. Needs r-cran-survival and r-cran-cmprsk; the test does not.
suppressPackageStartupMessages({library(survival); library(cmprsk)})
d <- read.csv("examples/spine-hfrt/cohort.csv", na.strings = "")
day <- function(x) as.numeric(as.Date(x))
out <- function(id, value, field = "value") cat(sprintf("%s,%s,%.15g\n", id, field, value), sep = "")
ci <- function(id, v, l, u) { out(id, v); out(id, l, "lower"); out(id, u, "upper") }
cat("id,field,value\n")

g <- factor(ifelse(d$dose_per_fraction_gy < 5, "lt5_gy", "ge5_gy"), levels = c("ge5_gy", "lt5_gy"))
t0 <- day(d$rt_start)
end <- ifelse(is.na(d$death_date), day(d$last_visit), day(d$death_date)) - t0
dead <- !is.na(d$death_date)

# Pain
out("pain.paired.baseline_mean", mean(d$nrs_baseline))
out("pain.paired.followup_mean", mean(d$nrs_1month))
t <- t.test(d$nrs_1month, d$nrs_baseline, paired = TRUE)
ci("pain.paired.mean_change", t$estimate, t$conf.int[1], t$conf.int[2])
out("pain.paired.p_t", t$p.value)
x <- d$nrs_1month - d$nrs_baseline
r <- rank(abs(x)); s <- r[x != 0] * 2; v <- sum(s[x[x != 0] > 0])  # Pratt: rank with zeros, drop their ranks
p <- 1; for (k in s) p <- (c(p, rep(0, k)) + c(rep(0, k), p)) / 2
out("pain.paired.p_signed_rank", min(1, 2 * min(sum(p[0:v + 1]), sum(rev(p)[0:(sum(s) - v) + 1]))))
w <- prop.test(sum(x < 0), 58, correct = FALSE)
ci("pain.response.responders.any_decrease_treated.proportion", mean(x < 0), w$conf.int[1], w$conf.int[2])

# Table 1
m <- tapply(d$age, g, mean); s2 <- tapply(d$age, g, var)
out("table1.characteristics.age.smd", abs(diff(m)) / sqrt(mean(s2)))
for (k in 1:2) out(paste0("table1.characteristics.kps_mean.group", k), mean(d$kps[g == c("lt5_gy", "ge5_gy")[k]]))
out("table1.characteristics.albumin_mean.all", mean(d$albumin_g_l, na.rm = TRUE))

# Survival
f <- survfit(Surv(end, dead) ~ g, conf.type = "log-log")
q <- quantile(f, .5)
for (k in c("lt5_gy", "ge5_gy")) ci(paste0("overall_survival.groups.", k, ".median"), q$quantile[paste0("g=", k), 1] / 30.4375,
  q$lower[paste0("g=", k), 1] / 30.4375, q$upper[paste0("g=", k), 1] / 30.4375)
lr <- survdiff(Surv(end, dead) ~ g)
out("overall_survival.logrank.chisq", lr$chisq)
out("overall_survival.logrank.p", pchisq(lr$chisq, 1, lower.tail = FALSE))

# Re-irradiation
again <- !is.na(d$reirradiation_date)
time <- ifelse(again, day(d$reirradiation_date) - t0, end)
cause <- ifelse(again, 1, ifelse(dead, 2, 0))
cu <- cuminc(time, cause, g)
for (k in 1:2) { out(sprintf("reirradiation.gray.cause_%d.chisq", k), cu$Tests[k, 1]); out(sprintf("reirradiation.gray.cause_%d.p", k), cu$Tests[k, 2]) }
tp <- timepoints(cu, c(182.625, 365.25, 730.5))
for (k in c("lt5_gy", "ge5_gy")) for (j in 1:3) {
  e <- tp$est[paste(k, 1), j]; se <- sqrt(tp$var[paste(k, 1), j]); z <- qnorm(.975) * se / (e * log(e))
  ci(paste0("reirradiation.incidence.cause_1_", k, "_", c("182.625", "365.25", "730.5")[j], ".incidence"), e, e^exp(-z), e^exp(z))
}
cs <- summary(coxph(Surv(time, cause == 1) ~ g))
ci("reirradiation_cause_specific.coefficients.dose_class_lt5_gy.hr", cs$conf.int[1], cs$conf.int[3], cs$conf.int[4])
out("reirradiation_cause_specific.tests.lrt.p", cs$logtest[["pvalue"]])
fg <- crr(time, cause, cbind(low = g == "lt5_gy"), gtol = 1e-11)
z <- qnorm(.975) * sqrt(fg$var[1])
ci("reirradiation_fine_gray.coefficients.dose_class_lt5_gy.shr", exp(fg$coef), exp(fg$coef - z), exp(fg$coef + z))

# Factors of survival
c5 <- coxph(Surv(end, dead) ~ I(age / 10) + I(kps / 10) + (visceral_metastases == "yes") + (primary_tumour == "lung") + g, d)
s5 <- summary(c5)$conf.int
ids <- c("age10", "kps10", "visceral_yes", "lung_yes", "dose_class_lt5_gy")
for (k in 1:5) ci(sprintf("survival_factors.coefficients.%s.hr", ids[k]), s5[k, 1], s5[k, 3], s5[k, 4])
out("survival_factors.concordance", c5$concordance[["concordance"]])
zp <- cox.zph(c5)$table
out("survival_factors.ph.global.chisq", zp["GLOBAL", "chisq"])
out("survival_factors.ph.visceral.p", zp[3, "p"])

# Safety
b <- binom.test(0, 58)
out("safety.exact", b$conf.int[2], "upper")
out("safety.person_time", sum(end))
out("safety.followed_365", sum(end > 365))
