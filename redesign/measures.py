"""What `savings.json` measures, in its order: contract section 8. Hours where a name ends so, else means an episode."""

MEASURES = (
    "lead_time_mean_h",
    "lead_time_median_h",
    "lead_time_p90_h",
    "trips_mean",
    "submissions_mean",
    "departments_visited_mean",
    "processing_hours_mean",
)
