-- The hand-written query that `count` is held against: the same cells, one group by of one scan.
SELECT
  period, school_id,
  coalesce(race, 'not_reported') AS race, coalesce(sex, 'not_reported') AS sex,
  coalesce(idea, 'not_reported') AS idea, coalesce(el, 'not_reported') AS el,
  coalesce(frl, 'not_reported') AS frl,
  count(*) AS students,
  count(*) FILTER (days_enrolled >= 10 AND absence_share IS NOT NULL) AS chronic_n,
  count(*) FILTER (days_enrolled >= 10 AND absence_share >= 0.1) AS chronic_events,
  count(iss_count) AS iss_n, count(*) FILTER (iss_count >= 1) AS iss_events,
  count(oss_count) AS oss_n, count(*) FILTER (oss_count >= 1) AS oss_events,
  count(expelled) AS expelled_n, count(*) FILTER (expelled = 'yes') AS expelled_events,
  count(police_referral) AS police_n, count(*) FILTER (police_referral = 'yes') AS police_events,
  count(ap_enrolled) AS ap_n, count(*) FILTER (ap_enrolled = 'yes') AS ap_events,
  count(gifted) AS gifted_n, count(*) FILTER (gifted = 'yes') AS gifted_events,
  count(courses_failed) FILTER (courses_taken >= 1) AS failed_n,
  count(*) FILTER (courses_taken >= 1 AND courses_failed >= 1) AS failed_events,
  count(gpa) AS gpa_n, sum(round(gpa * 100)::BIGINT)::BIGINT AS gpa_events,
  sum(round(gpa * 100)::BIGINT * round(gpa * 100)::BIGINT)::BIGINT AS gpa_squares
FROM read_parquet(?)
GROUP BY ALL
