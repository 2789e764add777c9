"""The eval suite: a gold question set, metrics, baselines, runs, comparisons and a gate."""
