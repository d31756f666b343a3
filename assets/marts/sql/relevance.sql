-- One row per feature and outcome at the last gate before its result: how surely they go together by
-- themselves, and why the feature is not named as a driver.
SELECT *
FROM finding.relevance;
