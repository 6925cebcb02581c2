#!/usr/bin/env Rscript
# Reads a result folder of `intratumor run` or a study folder of `intratumor sweep`: base R and jsonlite.
#
#     Rscript scripts/read_result.R DIR [PLOT.pdf|PLOT.png]    a table; draws the course in time, or a study's first metric
#     source("scripts/read_result.R")                          for read_result, read_study, clinical_table, plot_series, ...
#
# Debian: apt-get install --no-install-recommends r-base-core r-cran-jsonlite. SI units, unless a column says otherwise.
# Fields need hdf5r (r-cran-hdf5r) and maps RNifti, which are not used here: docs/analysis.md.

stop_short <- function(...) stop(..., call. = FALSE)

# A result folder as a list: path, summary (nested; NULL where undefined), units (the same, with units), series,
# exposure_volume, profile_from_target and profile_from_source (data frames, columns as in docs/result_folder.md; the
# last NULL where it was not written).
read_result <- function(folder) {
  file <- file.path(folder, "summary.json")
  if (!file.exists(file)) stop_short(folder, ": is no result folder, there is no summary.json in it")
  summary <- jsonlite::fromJSON(file, simplifyVector = FALSE)
  if (!identical(summary$status, "done")) stop_short(file, ": status is not 'done'")
  table <- function(name) {
    file <- file.path(folder, paste0(name, ".csv"))
    if (file.exists(file)) read.csv(file)
  }
  list(path = folder, summary = summary, units = summary$units, series = table("series"),
       exposure_volume = table("exposure_volume"), profile_from_target = table("profile_from_target"),
       profile_from_source = table("profile_from_source"))
}

# A study folder as a list: path, results (a row a case, status, reason, inputs, metrics), analysis (nested).
read_study <- function(folder) {
  file <- file.path(folder, "results.csv")
  if (!file.exists(file))
    stop_short(folder, ": there is no results.csv in it; the sweep writes it at its end, --gather before that")
  results <- read.csv(file, check.names = FALSE, stringsAsFactors = FALSE)
  list(path = folder, results = results,
       analysis = jsonlite::fromJSON(file.path(folder, "analysis.json"), simplifyVector = FALSE))
}

# The number at a dotted key ("tumour.auc_free"); NA where it is undefined.
number_at <- function(node, key) {
  for (part in strsplit(key, ".", fixed = TRUE)[[1]]) {
    if (!is.list(node)) return(NA_real_)
    node <- node[[part]]
  }
  if (is.numeric(node)) as.numeric(node) else NA_real_
}

# Factors from SI units, named by unit: of mass if the drug's molar mass is known, else of amount.
clinical_units <- function(summary) {
  molar_mass <- number_at(summary, "drug.molar_mass_kg_per_mol")
  if (!is.na(molar_mass) && molar_mass > 0)
    list(amount = c(mg = molar_mass * 1e6), concentration = c("ug/mL" = molar_mass * 1e3),
         exposure = c("mg h/L" = molar_mass * 1e3 / 3600))
  else
    list(amount = c(umol = 1e6), concentration = c("umol/L" = 1e3), exposure = c("umol h/L" = 1e3 / 3600))
}

# "10 min", "1.5 h": in the largest unit that is not longer.
time_text <- function(seconds) {
  units <- c(d = 86400, h = 3600, min = 60, s = 1)
  unit <- units[seconds >= units | units == 1][1]
  sprintf("%g %s", seconds / unit, names(unit))
}

# Data frame of the main results in clinical units: quantity, value, unit, key of summary.json.
clinical_table <- function(result) {
  units <- clinical_units(result$summary)
  hours <- c(h = 1 / 3600)
  percent <- c("%" = 100)
  row <- function(quantity, key, unit)
    data.frame(quantity = quantity, value = number_at(result$summary, key) * unname(unit), unit = names(unit), key = key)
  rows <- list(
    row("dose", "dose_mol", units$amount),
    row("tumour: AUC per volume of tissue", "tumour.auc_free", units$exposure),
    row("tumour: AUC in interstitial fluid", "tumour.auc_interstitial", units$exposure),
    row("tumour: AUC that 95% of it reaches", "tumour.d95", units$exposure),
    row("tissue round the tumour: AUC", "off_target.auc_free", units$exposure),
    row("tumour: Cmax of the mean", "tumour.cmax_mean", units$concentration),
    row("tumour: half gone after", "tumour.retention_half_life_s", hours),
    row("plasma: Cmax", "plasma.cmax", units$concentration),
    row("plasma: Tmax", "plasma.tmax_s", hours),
    row("plasma: AUC to the end", "plasma.auc", units$exposure),
    row("tumour AUC / plasma AUC", "therapeutic_index", c("1" = 1)),
    row("in the tumour at the end", "ledger.free_tumour", percent),
    row("leaked", "leak_fraction", percent))
  for (entry in result$summary$tumour$coverage) {
    over <- if (entry$at_least_s > 0) paste(" for", time_text(entry$at_least_s)) else ""
    rows[[length(rows) + 1]] <- data.frame(quantity = paste0("tumour: above ", entry$text, over), value = 100 * entry$fraction,
                                           unit = "% of volume", key = "tumour.coverage")
  }
  do.call(rbind, rows)
}

# The mean concentration in the tumour and that in plasma, over time.
plot_series <- function(result) {
  scale <- clinical_units(result$summary)$concentration
  hours <- result$series$time_s / 3600
  values <- scale * as.matrix(result$series[c("tumour_mean_conc_mol_per_m3", "plasma_conc_mol_per_m3")])
  values[values <= 0] <- NA  # the axis is logarithmic
  colours <- c("firebrick", "steelblue")
  matplot(hours, values, type = "l", lty = 1, lwd = 2, log = "y", col = colours, xlab = "time (h)",
          ylab = paste0("concentration (", names(scale), ")"), main = result$summary$title)
  legend("topright", c("tumour, mean per volume of tissue", "plasma"), col = colours, lwd = 2, bty = "n")
}

# The first metric of the study by case; a bar for each that is done.
plot_study <- function(study) {
  metric <- names(study$analysis$metrics)[1]
  unit <- study$analysis$metrics[[metric]]$unit
  column <- metric_column(metric, unit)
  done <- study$results[study$results$status == "done", ]
  barplot(done[[column]], names.arg = done$case, xlab = "case", ylab = paste0(metric, " (", unit, ")"))
}

# The column of results.csv that holds a metric of summary.json.
metric_column <- function(metric, unit) {
  coverage <- regmatches(metric, regexec("^tumour\\.coverage\\.([0-9]+)$", metric))[[1]]
  if (length(coverage) > 0) return(paste0("coverage_", coverage[2], "_fraction"))
  ending <- switch(unit, "mol s m-3" = "_mol_s_per_m3", "mol m-3" = "_mol_per_m3", "")
  paste0(gsub(".", "_", metric, fixed = TRUE), ending)
}

# A row a metric of the study: cases that have it, and their quantiles, SI.
study_table <- function(study) {
  rows <- lapply(names(study$analysis$metrics), function(metric) {
    unit <- study$analysis$metrics[[metric]]$unit
    values <- study$results[[metric_column(metric, unit)]]
    found <- quantile(values, c(0, 0.5, 1), na.rm = TRUE, names = FALSE)
    data.frame(metric = metric, unit = unit, cases = sum(!is.na(values)), lowest = found[1], median = found[2], highest = found[3])
  })
  do.call(rbind, rows)
}

draw_into <- function(file, draw) {
  if (grepl("\\.pdf$", file)) pdf(file, width = 7, height = 5)
  else if (grepl("\\.png$", file)) png(file, width = 1050, height = 750, res = 150, type = "cairo")  # needs no display
  else stop_short(file, ": the plot's name must end in .pdf or .png")
  draw()
  invisible(dev.off())
  cat("drawn: ", file, "\n", sep = "")
}

main <- function(arguments) {
  if (!length(arguments) %in% 1:2 || arguments[1] %in% c("-h", "--help"))
    stop_short("usage: Rscript scripts/read_result.R DIR [PLOT.pdf|PLOT.png]")
  folder <- arguments[1]
  if (!dir.exists(folder)) stop_short(folder, ": there is no such folder")
  if (file.exists(file.path(folder, "plan.json"))) {
    study <- read_study(folder)
    status <- table(study$results$status)
    cat(folder, ": ", paste(status, names(status), collapse = ", "), "\n", sep = "")
    print(study_table(study), digits = 4, row.names = FALSE)
    draw <- function() plot_study(study)
  } else {
    result <- read_result(folder)
    cat(folder, ": ", result$summary$title, "\n", sep = "")
    print(clinical_table(result)[c("quantity", "value", "unit")], digits = 4, row.names = FALSE)
    draw <- function() plot_series(result)
  }
  if (length(arguments) == 2) draw_into(arguments[2], draw)
}

# Not when the file is sourced.
if (sys.nframe() == 0L) {
  tryCatch(main(commandArgs(trailingOnly = TRUE)), error = function(error) {
    message("error: ", conditionMessage(error))
    quit(status = 2)
  })
}
